/** Feedback on a call: what it says in short, and all of it folded. */
import { isJsonObject, type JsonObject } from '../bodies/json-object.ts';
import type { FeedbackRow } from '../store/feedback.ts';
import { type Html, html } from './html.ts';
import { clipText, jsonText } from './json-text.ts';
import { definitions } from './parts.ts';

/** What stands in the short form, first what one looks for. */
const FIRST = ['score', 'label', 'passed', 'reason', 'output', 'value', 'note', 'emoji'];
const MAX_FACTS = 16;
/** A longer value has a line of its own. */
const LONG_CHARACTERS = 24;

export function feedbackView(row: FeedbackRow): Html {
  const payload: unknown = JSON.parse(row.payload);
  const facts = isJsonObject(payload) ? factsOf(payload) : [];
  return html`<section class="feedback"><h4>${row.feedback_type} <small>${row.creator}</small></h4>
${facts.length > 0 && definitions(facts)}
<details><summary>Whole payload</summary><div class="body"><pre>${jsonText(payload)}</pre></div></details></section>`;
}

/** The single values of the payload and of the `output` in it, each once. */
function factsOf({ output, ...others }: JsonObject): readonly (readonly [string, Html])[] {
  const facts = Object.entries({ ...(isJsonObject(output) ? output : { output }), ...others }).filter(isShown);
  const placeOf = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return facts
    .toSorted(([a], [b]) => placeOf(a) - placeOf(b))
    .slice(0, MAX_FACTS)
    .map(([name, value]) => {
      const text = String(value);
      return [
        name.replaceAll('_', ' '),
        html`<span class="${text.length > LONG_CHARACTERS ? 'long' : 'short'}">${clipText(text)}</span>`,
      ];
    });
}

function isShown([, value]: readonly [string, unknown]): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value !== '');
}
