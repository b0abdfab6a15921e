import type { Attributes, SpanEvent } from '../../core/span.ts';
import { finishReason, toChoices } from '../chat/choices.ts';
import { type Choice, isObject, type Json, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { SourceMessage } from '../chat/pieces.ts';
import { listIn } from '../indexed.ts';
import { parseJson } from '../json-text.ts';
import { custom, events, type Rule, some } from '../rule.ts';
import { eventData, isPlaceholder, type SpanView } from '../span-view.ts';

/** What the GenAI conventions put into span events instead of attributes, era by era. */
const DETAILS = 'gen_ai.client.inference.operation.details';

const MESSAGE_EVENTS: Readonly<Record<string, string>> = {
  'gen_ai.system.message': 'system',
  'gen_ai.user.message': 'user',
  'gen_ai.assistant.message': 'assistant',
  'gen_ai.tool.message': 'tool',
};

/** Since 1.37: the attributes of the content. Some SDKs (Strands) send several such events, each with a part of it. */
export const details = <T>(key: string, convert: (value: unknown) => T | undefined): Rule<T> =>
  events(DETAILS, (found) => {
    for (const event of found) {
      const value = eventData(event.attributes, key);
      const converted = value === undefined ? undefined : convert(value);
      if (converted !== undefined) return converted;
    }
    return undefined;
  });

/** The answer, also where each item of it (reasoning, then the text) is an event of its own; one that came twice counts once. */
export const detailChoices: Rule<readonly Choice[]> = events(DETAILS, (found) => {
  const said = new Map(
    found.map(({ attributes }) => {
      const messages = eventData(attributes, 'gen_ai.output.messages');
      return [JSON.stringify(messages), messages];
    }),
  );
  const answers = [...said.values()].map((messages) => toChoices(messages));
  const [first, ...more] = answers.filter((choices) => choices.length > 0);
  if (!first || more.length === 0 || ![first, ...more].every(({ length }) => length === 1)) return first;
  const pieces = [first, ...more].flat();
  const reason = pieces.findLast(({ finish_reason }) => finish_reason !== null)?.finish_reason ?? null;
  return toChoices(pieces.map(({ message }) => message)).map((choice) => ({ ...choice, finish_reason: reason }));
});

/** 1.28 to 1.36: one event a message. */
export const messageEvents: Rule<readonly SourceMessage[]> = custom(
  Object.keys(MESSAGE_EVENTS).map((name) => `event ${name}`),
  (view: SpanView) => some(view.span.events.flatMap(messageOfEvent)),
);

/** 1.28 to 1.36: one event a choice. */
export const choiceEvents: Rule<readonly Choice[]> = events('gen_ai.choice', (found) =>
  some(found.flatMap(choiceOfEvent).map((choice, index) => ({ ...choice, index }))),
);

/** Up to 1.27: the whole prompt, then the whole completion. */
export const promptEvents: Rule<readonly SourceMessage[]> = events('gen_ai.content.prompt', (found) =>
  some(found.flatMap((event) => toMessages(eventData(event.attributes, 'gen_ai.prompt')))),
);
export const completionEvents: Rule<readonly Choice[]> = events('gen_ai.content.completion', (found) =>
  some(found.flatMap((event) => toChoices(eventData(event.attributes, 'gen_ai.completion')))),
);

/** Judgements of what a span did: https://github.com/open-telemetry/semantic-conventions-genai, `gen_ai.evaluation.result`. */
export const evaluationEvents: Rule<readonly Json[]> = events('gen_ai.evaluation.result', (found) =>
  some(found.map((event) => evaluationOf((key) => eventData(event.attributes, key)))),
);

export function evaluationOf(at: (key: string) => unknown): Json {
  const members = {
    name: at('gen_ai.evaluation.name'),
    score: at('gen_ai.evaluation.score.value'),
    label: at('gen_ai.evaluation.score.label'),
    explanation: at('gen_ai.evaluation.explanation'),
    response_id: at('gen_ai.response.id'),
    error: at('error.type'),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** The same events as a JSON list in one attribute, as pydantic-ai's first format and Logfire's own integrations have it. */
export function messagesInEvents(value: unknown): readonly SourceMessage[] | undefined {
  return some(
    eventsIn(value).flatMap((event) => {
      const role = MESSAGE_EVENTS[textOf(event, 'event.name') ?? ''];
      return role === undefined ? [] : toMessages({ role, ...event });
    }),
  );
}

/** Events of one index are pieces of one answer. */
export function choicesInEvents(value: unknown): readonly Choice[] | undefined {
  const answers = new Map<unknown, unknown[]>();
  for (const event of eventsIn(value)) {
    if (event['event.name'] !== 'gen_ai.choice') continue;
    answers.set(event['index'], [...(answers.get(event['index']) ?? []), event['message']]);
  }
  return some([...answers.values()].flatMap(toChoices).map((choice, index) => ({ ...choice, index })));
}

const eventsIn = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter((event) => isObject(event) && typeof event['event.name'] === 'string') : [];

function messageOfEvent(event: SpanEvent): readonly SourceMessage[] {
  const role = MESSAGE_EVENTS[event.name];
  if (role === undefined || isWithheld(event.attributes)) return [];
  const whole = eventData(event.attributes, 'gen_ai.event.content');
  if (isObject(whole)) return toMessages({ role, ...whole });
  const id = event.attributes.get('id');
  return toMessages({
    role: event.attributes.get('role') ?? role,
    content: eventData(event.attributes, 'content'),
    tool_calls: toolCallsOf(event.attributes),
    ...(typeof id === 'string' && { id }),
  });
}

function choiceOfEvent({ attributes }: SpanEvent): readonly Choice[] {
  if (isWithheld(attributes)) return [];
  const body = eventData(attributes, 'content');
  // Semantic Kernel logs the whole choice as JSON
  if (isObject(body) && isObject(body['message'])) return toChoices([body]);
  const whole = eventData(attributes, 'message') ?? eventData(attributes, 'gen_ai.event.content');
  const message = whole ?? {
    role: 'assistant',
    content: body ?? eventData(attributes, 'message.content') ?? null,
    tool_calls: toolCallsOf(attributes),
  };
  const reason = attributes.get('finish_reason');
  return toChoices(message).map((choice) => ({
    ...choice,
    finish_reason: typeof reason === 'string' ? finishReason(reason) : choice.finish_reason,
  }));
}

/** Somebody spoke, and what was said was not to be recorded: Google ADK says `<elided>`. */
function isWithheld(attributes: Attributes): boolean {
  const content = attributes.get('content');
  return content !== '' && isPlaceholder(content);
}

/** A list of calls, of calls as JSON texts, or flattened. */
function toolCallsOf(attributes: Attributes): unknown {
  const calls = eventData(attributes, 'tool_calls');
  if (Array.isArray(calls)) return calls.map((call) => (typeof call === 'string' ? (parseJson(call) ?? call) : call));
  return calls ?? listIn(attributes, 'message.tool_calls.') ?? listIn(attributes, 'tool_calls.');
}
