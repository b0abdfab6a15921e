import { createHash } from 'node:crypto';
import type { Span } from '../core/span.ts';
import type { Reading } from './reading.ts';

/** Weave refuses longer ones. */
export const MAX_OP_NAME = 128;
export const MAX_DISPLAY_NAME = 1024;

/**
 * A name that all calls of one kind share: the tool, the entity or the operation.
 * `chat gpt-5` and `chat gpt-4o` are the same op `chat`.
 */
export function opNameOf(span: Span, reading: Partial<Reading>): string {
  const name =
    reading.opName ??
    (reading.kind === 'tool' ? reading.toolName : undefined) ??
    withoutModel(withoutCounter(span.name), reading);
  return shortened(withoutIds(name.trim()) || reading.operation || reading.kind || 'span');
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const UUID_LENGTH = 36;

/** CrewAI's spans have the crew's id in their name: `Crew_*.kickoff`. */
const withoutIds = (name: string) => (name.length < UUID_LENGTH ? name : name.replace(UUID, '*'));

/** `step 2`, `iteration-3`: each round of a loop is the same op. */
const ROUND = /^(step|iteration|turn|cycle|round|attempt|loop|retry)[\s:#_-]*\d+$/i;
const withoutCounter = (name: string) => (name.length < MAX_ROUND_NAME ? (ROUND.exec(name)?.[1] ?? name) : name);
const MAX_ROUND_NAME = 20;

function withoutModel(name: string, reading: Partial<Reading>): string {
  for (const model of [reading.requestModel, reading.responseModel]) {
    if (model === undefined) continue;
    if (name.startsWith(`${model}.`)) return name.slice(model.length + 1); // `gpt-5.llm`
    if (!name.endsWith(model)) continue;
    const before = name.slice(0, -model.length);
    const rest = withoutSeparators(before);
    if (rest === before && rest !== '') continue; // `llm` is no `ll` with the model `m`
    return rest || reading.operation || reading.kind || name;
  }
  return name;
}

/** Without the white space, slashes and colons at its end. Not by a pattern, which would try again at each of thousands of them. */
function withoutSeparators(name: string): string {
  let end = name.length;
  while (end > 0 && SEPARATOR.test(name.charAt(end - 1))) end -= 1;
  return name.slice(0, end);
}

const SEPARATOR = /[\s/:]/;

/** A longer name keeps its beginning and gets a short hash of the whole, so that two long names stay two ops. */
function shortened(name: string): string {
  const safe = name.startsWith('weave:///') ? `op:${name}` : name; // Weave would take it for a reference to an op object
  if (safe.length <= MAX_OP_NAME) return safe;
  const hash = createHash('sha256').update(safe).digest('hex').slice(0, 8);
  return `${wellFormed(safe.slice(0, MAX_OP_NAME - 9))}:${hash}`;
}

/** The most human name that the span offers. */
export function displayNameOf(span: Span, reading: Partial<Reading>): string | undefined {
  const name =
    reading.displayName ??
    (reading.kind === 'tool' ? reading.toolName : reading.kind === 'agent' ? reading.agentName : undefined) ??
    span.name;
  if (name.length <= MAX_DISPLAY_NAME) return name || undefined;
  return `${wellFormed(name.slice(0, MAX_DISPLAY_NAME - 3))}...`;
}

/** A cut must not leave half a surrogate pair behind. */
const wellFormed = (text: string) => (/[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text);

/** A turn is the call that opens a piece of a conversation: its own id, or none. */
export function turnIdOf(span: Span, reading: Partial<Reading>): string | undefined {
  if (reading.threadId === undefined) return undefined;
  const isTurn = reading.isTurn ?? (span.parentSpanId === '' || reading.kind === 'agent');
  return isTurn ? span.spanId : undefined;
}
