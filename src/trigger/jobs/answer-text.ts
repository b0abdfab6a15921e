import { isRecord } from '../http/server-error.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the model said, from the body of an answer of any of the four endpoints: a text, or vectors. */
export function outputOf(body: unknown): unknown {
  if (!isRecord(body)) return null;
  return fromChoices(body) ?? fromResponse(body) ?? fromEmbeddings(body) ?? body;
}

/** Chat completions have messages, completions have texts. */
function fromChoices({ choices }: Json): unknown {
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (!isRecord(first)) return undefined;
  const { message, text } = first;
  return isRecord(message) ? contentOf(message['content']) || contentOf(message['refusal']) : text;
}

/** `output` is a list of messages, each with parts, of the Responses API. */
function fromResponse({ output_text: whole, output }: Json): unknown {
  if (typeof whole === 'string') return whole;
  if (!Array.isArray(output)) return undefined;
  return output
    .filter(isRecord)
    .map((item) => contentOf(item['content']))
    .join('');
}

function fromEmbeddings({ data }: Json): unknown {
  if (!Array.isArray(data)) return undefined;
  const vectors = data.filter(isRecord).map((one) => one['embedding']);
  return vectors.length === 1 ? vectors[0] : vectors;
}

/** A model that will not answer says so in a place of its own. */
function contentOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .filter(isRecord)
    .map(({ text, refusal }) => text ?? refusal)
    .filter((text) => typeof text === 'string')
    .join('');
}
