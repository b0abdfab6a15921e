import { type LetterDesk, type LetterView, openLetterDesk } from '../service/dead-letters.ts';
import type { Arguments } from './arguments.ts';
import { prepare } from './config.ts';
import type { Host } from './host.ts';
import { ageText, tableText } from './table.ts';

type LetterArguments = Extract<Arguments, { command: 'dead-letters' }>;

const MAX_LISTED = 100;
const MAX_REASON_SHOWN = 80;
const MAX_SPANS_SHOWN = 100;

/** `otel-weave dead-letters list|show|retry|purge`: what Weave refused for good. */
export async function deadLetters(given: LetterArguments, host: Host): Promise<void> {
  const { config } = prepare(given.config, { keyNeeded: false }, host, 'text');
  const desk = openLetterDesk(config);
  try {
    host.stdout.write(answer(given, desk, host.clock.now()));
  } finally {
    desk.close();
  }
}

function answer(given: LetterArguments, desk: LetterDesk, nowMs: number): string | Uint8Array {
  const { action, ids, json, body } = given;
  const [id] = ids;
  if (action === 'show' && body && id !== undefined) return desk.body(id);
  const letters = desk.find(given);
  switch (action) {
    case 'list':
      return json ? jsonText(letters) : `${listText(letters, nowMs)}\n`;
    case 'show':
      return json ? jsonText(letters) : `${letters.map(detailsText).join('\n\n')}\n`;
    case 'retry':
      return `${told(desk.retry(letters))} will be tried again within seconds, or when the bridge starts.\n`;
    case 'purge':
      return `${told(desk.purge(letters))} deleted.\n`;
  }
}

const told = (count: number) => `${count} dead letter${count === 1 ? '' : 's'}`;

function listText(letters: readonly LetterView[], nowMs: number): string {
  if (letters.length === 0) return 'There are no dead letters.';
  const rows = letters
    .slice(0, MAX_LISTED)
    .map((letter) => [
      String(letter.id),
      letter.projects.join(' '),
      String(letter.spans),
      ageText(nowMs - letter.acceptedAtMs),
      ageText(nowMs - letter.buriedAtMs),
      reasonText(letter),
    ]);
  const more = letters.length > MAX_LISTED ? `\n… and ${letters.length - MAX_LISTED} more; --json prints all.` : '';
  return tableText([['LETTER', 'PROJECT', 'SPANS', 'CAME', 'LAST TRY', 'REASON'], ...rows]) + more;
}

function reasonText({ dead, retrying }: LetterView): string {
  const reasons = [...new Set(dead.map(({ reason }) => reason))];
  const [first = ''] = reasons;
  const shown = first.length > MAX_REASON_SHOWN ? `${first.slice(0, MAX_REASON_SHOWN)}…` : first;
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : '';
  return `${retrying ? 'to be tried again; ' : ''}${shown}${more}`;
}

function detailsText(letter: LetterView): string {
  const spans = letter.dead
    .slice(0, MAX_SPANS_SHOWN)
    .map(({ spanId, reason }) => [spanId === '' ? 'all spans' : `span ${spanId}`, reason]);
  return tableText([
    ['letter', String(letter.id)],
    ['projects', letter.projects.join(' ')],
    ['came', new Date(letter.acceptedAtMs).toISOString()],
    ['last try', new Date(letter.buriedAtMs).toISOString()],
    ['request', `${letter.signal} as ${letter.encoding}; dead spans: ${letter.spans}`],
    ...(letter.retrying ? [['state', 'to be tried again']] : []),
    ...spans,
    ...(letter.dead.length > MAX_SPANS_SHOWN
      ? [['…', `${letter.dead.length - MAX_SPANS_SHOWN} more; see --json`]]
      : []),
  ]);
}

function jsonText(letters: readonly LetterView[]): string {
  const lines = letters.map((letter) => ({
    id: letter.id,
    projects: letter.projects,
    spans: letter.spans,
    accepted_at: new Date(letter.acceptedAtMs).toISOString(),
    last_try_at: new Date(letter.buriedAtMs).toISOString(),
    signal: letter.signal,
    encoding: letter.encoding,
    retrying: letter.retrying,
    dead: letter.dead.map(({ spanId, reason }) => ({ span_id: spanId, reason })),
  }));
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
