import type { Explanation } from '../map/explain.ts';

const MAX_KEYS_SHOWN = 6;

/** One span for people: a heading, a table, and what is left. Control characters of hostile names are made visible. */
export function explanationText(found: Explanation): string {
  const heading = [
    `${visible(found.span)}  ${found.spanId}`,
    ...(found.scope === '' ? [] : [`scope ${visible(found.scope)}`]),
  ].join('  ');
  const becomes = found.opName === '' ? 'becomes no call' : `becomes ${visible(found.opName)}${kindOf(found)}`;
  const known = found.conventions.map(({ name, because }) => `${name} (${visible(because)})`);
  const width = Math.max(0, ...found.fields.map(({ callField }) => callField.length));
  const rows = found.fields.map(
    ({ callField, convention, from }) => `    ${callField.padEnd(width)}  ${keysText(from)}  [${convention}]`,
  );
  return [
    heading,
    `  ${becomes}`,
    `  read as ${known.length === 0 ? 'a plain span: no convention knows it' : known.join(', ')}`,
    ...rows,
    ...(found.leftOver.length === 0 ? [] : [`  kept as attributes: ${found.leftOver.map(visible).join(', ')}`]),
    ...found.notes.map((note) => `  note: ${visible(note)}`),
    '',
  ].join('\n');
}

const kindOf = ({ kind }: Explanation) => (kind === undefined ? '' : `, a call of kind ${kind}`);

function keysText(keys: readonly string[]): string {
  if (keys.length === 0) return 'the span itself';
  const shown = keys.slice(0, MAX_KEYS_SHOWN).map(visible).join(', ');
  return keys.length > MAX_KEYS_SHOWN ? `${shown} and ${keys.length - MAX_KEYS_SHOWN} more` : shown;
}

/** Names come from outside: none of them may move the cursor of a terminal. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
