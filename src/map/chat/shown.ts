import { createIds } from './ids.ts';
import type { Message } from './message.ts';
import { withPartNames } from './part-names.ts';
import type { SourceMessage } from './pieces.ts';

/** Messages as Weave's page knows them. */
export const shown = (messages: readonly SourceMessage[], identify = createIds()): readonly Message[] =>
  messages.map(({ finish_reason: _, ...message }) => withPartNames(identify(message)));
