import type { Report } from './storm.ts';

const SHOWN = 10;

export function isSound({ balance, imbalances }: Report): boolean {
  const { lost, doubled, misjudged } = balance;
  return [lost, doubled, misjudged, imbalances].every((faults) => faults.length === 0);
}

export function describeReport(report: Report): string {
  const { accepted, delivered, dead, purged, lost, doubled, misjudged } = report.balance;
  const faults = { lost, doubled, misjudged, imbalances: report.imbalances };
  return [
    `bridge:  ${report.bridge}`,
    `Weave:   ${report.weave}`,
    `senders: ${report.senders}`,
    `accepted ${accepted} = delivered ${delivered} + queued 0 + dead ${dead} + purged ${purged} + lost ${lost.length}`,
    `delivered twice ${doubled.length}, misjudged ${misjudged.length}, moments out of balance ${report.imbalances.length}`,
    ...Object.entries(faults).flatMap(([name, found]) => found.slice(0, SHOWN).map((fault) => `${name}: ${fault}`)),
  ].join('\n');
}
