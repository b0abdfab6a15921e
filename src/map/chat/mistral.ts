import type { Reading } from '../reading.ts';
import type { Usage } from '../usage.ts';

/**
 * Weave's page knows a chat with one of Mistral's models only by the whole of Mistral's own response: `id`, `object`,
 * `created` and `model` must be there. An unknown id is empty and an unknown moment 0; a response without usage
 * passes as a chunk.
 */
export function mistralMembers(
  { requestModel, responseModel, responseId }: Partial<Reading>,
  usage: Usage | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const model = responseModel ?? requestModel;
  if (model === undefined || !/mistral/i.test(requestModel ?? model)) return undefined;
  return { id: responseId ?? '', model, object: usage ? 'chat.completion' : 'chat.completion.chunk', created: 0 };
}
