import { createIds } from './ids.ts';
import type { Message } from './message.ts';
import { withPartNames } from './part-names.ts';
import type { SourceMessage } from './pieces.ts';

/** Messages as Weave's page knows them. */
export const shown = (messages: readonly SourceMessage[], identify = createIds()): readonly Message[] =>
  messages.map((message) => withPartNames(identify(withoutReason(message))));

function withoutReason(message: SourceMessage): Message {
  if (message.finish_reason === undefined) return message;
  const { finish_reason: _, ...rest } = message;
  return rest;
}
