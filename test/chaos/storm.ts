import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { freePort } from '../support/free-port.ts';
import { type Balance, balanceOf } from './balance.ts';
import { type BridgeSettings, type Life, type Ports, startBridge } from './bridge.ts';
import { createDice, type Dice } from './dice.ts';
import { meddle } from './letters.ts';
import { type Senders, startSenders } from './senders.ts';
import { createTally, type Tally } from './tally.ts';
import { CALM, forecast } from './weather.ts';
import { type ChaosWeave, startWeave } from './weave.ts';

const API_KEY = 'chaos-key';
/** In calm weather the queue gets shorter within this time, until it is empty. */
const PATIENCE_MS = 60_000;

export interface StormSettings {
  readonly seconds: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface Report {
  readonly balance: Balance;
  /** Moments at which the bridge's own counters did not balance. */
  readonly imbalances: readonly string[];
  /** What happened, by name. */
  readonly bridge: string;
  readonly weave: string;
  readonly senders: string;
}

/**
 * Sends spans through a real bridge that is killed and started again at random instants, to a Weave that fails at random;
 * then lets everything come to rest and looks where the spans are. The seed decides what happens, the machine when.
 */
export async function storm({ seconds, seed, say }: StormSettings): Promise<Report> {
  const dice = createDice(seed);
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-chaos-'));
  mkdirSync(join(dir, 'queue'));
  const keyFile = join(dir, 'key');
  writeFileSync(keyFile, API_KEY);
  const [bridge, met, sent] = [createTally(), createTally(), createTally()];
  const imbalances: string[] = [];
  const purged = new Set<string>();
  const weave = await startWeave(join(dir, 'weave.db'), API_KEY, seed);
  const settings = { dir, keyFile, weaveUrl: weave.url };
  const ports = { http: await freePort(), grpc: await freePort() };
  const senders = startSenders(ports, createDice(seed + 1), sent);
  try {
    const endMs = systemClock.monotonic() + seconds * 1000;
    const leftMs = () => Math.max(0, endMs - systemClock.monotonic());
    await Promise.all([
      changeWeather(weave, createDice(seed + 2), met, leftMs),
      liveAndDie({ settings, ports, keyFile, dice, tally: bridge, imbalances, purged }, leftMs),
    ]);
    say('The storm is over.');
    await noteFaults(weave, CALM, met);
    await comeToRest(startBridge(settings, ports), senders, say);
    for (const [name, count] of Object.entries(await weave.counts())) met.add(`${name} of its own`, count);
    const balance = await balanceOf(senders.accepted, weave, join(dir, 'queue'), purged);
    return { balance, imbalances, bridge: String(bridge), weave: String(met), senders: String(sent) };
  } finally {
    senders.abandon();
    await weave.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A last life in calm weather. */
async function comeToRest(life: Life, senders: Senders, say: (line: string) => void): Promise<void> {
  try {
    await life.ready();
    await senders.finish();
    say('All senders have been answered.');
    await untilEmpty(life);
    say('The queue is empty.');
    const code = await life.stop();
    if (code !== 0) throw new Error(`the bridge ended with ${code}:\n${life.log()}`);
  } finally {
    await life.kill();
  }
}

async function changeWeather(weave: ChaosWeave, dice: Dice, met: Tally, leftMs: () => number): Promise<void> {
  while (leftMs() > 0) {
    await noteFaults(weave, forecast(dice), met);
    await systemClock.sleep(Math.min(dice.between(500, 3000), leftMs()));
  }
}

async function noteFaults(weave: ChaosWeave, next: Parameters<ChaosWeave['change']>[0], met: Tally): Promise<void> {
  for (const [name, hits] of await weave.change(next)) if (hits > 0) met.add(name, hits);
}

interface Lives {
  readonly settings: BridgeSettings;
  readonly ports: Ports;
  readonly keyFile: string;
  readonly dice: Dice;
  readonly tally: Tally;
  readonly imbalances: string[];
  readonly purged: Set<string>;
}

/** One life after the other, each to a violent end, or a gentle one, or on a disk that is full. */
async function liveAndDie(lives: Lives, leftMs: () => number): Promise<void> {
  const { settings, ports, keyFile, dice, tally } = lives;
  while (leftMs() > 0) {
    const isFull = dice.chance(0.15);
    const isKeyWrong = dice.chance(0.1);
    writeFileSync(keyFile, isKeyWrong ? 'an-old-key' : API_KEY);
    const jumps = dice.chance(0.3);
    const life = startBridge(settings, ports, {
      ...(isFull && { maxFileKib: largestKib(settings.dir) + dice.integer(16, 512) }),
      ...(jumps && { clockSeed: dice.integer(1, 1_000_000) }),
    });
    tally.add(isFull ? 'lives on a full disk' : 'lives');
    if (jumps) tally.add('lives with a jumping clock');
    if (isKeyWrong) tally.add('lives begun with a wrong key');
    const watched = watch(life, lives);
    const isYoung = dice.chance(0.2);
    if (!isYoung) await life.ready().catch(() => tally.add('did not start'));
    const ms = Math.min(isYoung ? dice.between(50, 900) : dice.between(100, 5000), leftMs());
    await systemClock.sleep(ms / 2);
    writeFileSync(keyFile, API_KEY);
    if (dice.chance(0.3)) meddle(settings.dir, dice, tally, lives.purged);
    await systemClock.sleep(ms / 2);
    watched.stop();
    if (dice.chance(0.2)) {
      tally.add(`asked to stop, exit ${await life.stop()}`);
    } else {
      await life.kill();
      tally.add('killed');
    }
  }
}

/** Asks a living bridge again and again whether accepted = delivered + queued + dead - retried, as far as one life can tell. */
function watch(life: Life, { tally, imbalances }: Pick<Lives, 'tally' | 'imbalances'>): { stop(): void } {
  let state: 'watching' | 'stopped' = 'watching';
  void (async () => {
    let queuedBefore: number | undefined;
    while (state === 'watching') {
      const page = await life.metrics().catch(() => undefined);
      if (page !== undefined) {
        const [sent, dead] = [page.of('exporter_sent_spans_total'), page.of('dead_letter_spans_total')];
        const [queued, accepted] = [page.of('exporter_queue_spans'), page.of('receiver_accepted_spans_total')];
        const retried = page.of('dead_letter_removed_spans_total', 'how="retried"');
        const before = sent + dead + queued - accepted - retried;
        queuedBefore ??= before;
        tally.add('times the counters were asked');
        if (before !== queuedBefore)
          imbalances.push(
            `sent ${sent} + dead ${dead} + queued ${queued} - accepted ${accepted} - retried ${retried} was ${queuedBefore}`,
          );
      }
      await systemClock.sleep(100);
    }
  })();
  return {
    stop() {
      state = 'stopped';
    },
  };
}

async function untilEmpty(life: Life): Promise<void> {
  let shortest = Number.POSITIVE_INFINITY;
  let sinceMs = systemClock.monotonic();
  while (shortest > 0) {
    const queued = (await life.metrics()).of('exporter_queue_spans');
    const nowMs = systemClock.monotonic();
    if (queued < shortest) sinceMs = nowMs;
    shortest = Math.min(shortest, queued);
    if (nowMs - sinceMs > PATIENCE_MS) throw new Error(`the queue keeps ${queued} spans:\n${life.log()}`);
    await systemClock.sleep(100);
  }
}

function largestKib(dir: string): number {
  const queue = join(dir, 'queue');
  return Math.max(0, ...readdirSync(queue).map((name) => Math.ceil(statSync(join(queue, name)).size / 1024)));
}
