import type { Explanation } from '../map/explain.ts';

const MAX_KEYS_SHOWN = 6;

/** One span for people: a heading, a table, and what is left. Control characters of hostile names are made visible. */
export function explanationText(found: Explanation): string {
  const { span, spanId, scope, opName, conventions, fields, passedOver, leftOver, notes } = found;
  const heading = [`${visible(span)}  ${spanId}`, ...(scope === '' ? [] : [`scope ${visible(scope)}`])].join('  ');
  const becomes = opName === '' ? 'becomes no call' : `becomes ${visible(opName)}${kindOf(found)}`;
  const width = Math.max(0, ...fields.map(({ callField }) => callField.length));
  const rows = fields.map(({ callField, convention, from }) => {
    const by = convention === undefined ? '' : `  [${convention}]`;
    return `    ${callField.padEnd(width)}  ${keysText(from)}${by}`;
  });
  return [
    heading,
    `  ${becomes}`,
    ...(conventions.length === 0 ? ['  read as a plain span: no convention knows it'] : []),
    ...conventions.map(
      ({ name, title, because }) => `  read as ${visible(title)} [${name}], for its ${visible(because)}`,
    ),
    ...rows,
    ...listed('read, but not shown by this call; otel_dump has it', passedOver),
    ...listed('read by no rule, so kept as attributes', leftOver),
    ...notes.map((note) => `  note: ${visible(note)}`),
    '',
  ].join('\n');
}

const kindOf = ({ kind }: Explanation) => (kind === undefined ? '' : `, a call of kind ${kind}`);

const listed = (what: string, keys: readonly string[]) =>
  keys.length === 0 ? [] : [`  ${what}: ${keys.map(visible).join(', ')}`];

function keysText(keys: readonly string[]): string {
  if (keys.length === 0) return 'the span itself';
  const alike = [...new Set(keys.map((key) => key.replace(/\.\d+(?=\.|$)/g, '.N')))];
  const shown = alike.slice(0, MAX_KEYS_SHOWN).map(visible).join(', ');
  return alike.length > MAX_KEYS_SHOWN ? `${shown} and ${alike.length - MAX_KEYS_SHOWN} more` : shown;
}

/** Names come from outside: none of them may move the cursor of a terminal. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
