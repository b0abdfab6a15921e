import { parseJson } from '../json-text.ts';
import type { ToolCall } from './message.ts';

/** Parallel calls of one answer are few; texts with more places to cut are somebody's data. */
const MAX_CUTS = 64;
/** Ids of one provider begin alike: `call_`, `toolu_`. */
const SHARED_START = 5;

/**
 * Parallel calls out of a stream whose pieces were joined without a look at their index (OpenInference for JavaScript,
 * Langfuse): the arguments of all of them stand one after another in one call, their names and ids too or the first alone.
 * Each gets its own back, the id where it can be told.
 */
export function separated(call: ToolCall): readonly ToolCall[] {
  const { name, arguments: args } = call.function;
  const each = objectsIn(args);
  if (!each) return [call];
  const part = share(name, each.length);
  const own = part?.repeat(each.length) === name ? part : name;
  const ids = idsIn(call.id, each.length);
  return each.map((text, at) => ({
    ...(ids && { id: ids[at] as string }),
    type: 'function',
    function: { name: own, arguments: text },
  }));
}

const share = (text: string, count: number) =>
  text.length % count === 0 ? text.slice(0, text.length / count) : undefined;

function idsIn(joined: string | undefined, count: number): readonly string[] | undefined {
  const first = joined === undefined ? undefined : share(joined, count);
  if (joined === undefined || first === undefined) return undefined;
  const ids = Array.from({ length: count }, (_, at) => joined.slice(at * first.length, (at + 1) * first.length));
  return ids.every((id) => id.startsWith(first.slice(0, SHARED_START))) ? ids : undefined;
}

/** `{…}{…}`: the texts of JSON objects that stand one after another, two of them at least. */
function objectsIn(text: string): readonly string[] | undefined {
  if (!/\}\s*\{/.test(text)) return undefined;
  const cuts = [...text.matchAll(/\}\s*(?=\{)/g)].map(({ index }) => index + 1);
  if (cuts.length > MAX_CUTS) return undefined;
  const found: string[] = [];
  let start = 0;
  for (const end of [...cuts, text.length]) {
    const one = text.slice(start, end).trim();
    if (parseJson(one) === undefined) continue; // a brace inside a text
    found.push(one);
    start = end;
  }
  return start === text.length && found.length > 1 ? found : undefined;
}
