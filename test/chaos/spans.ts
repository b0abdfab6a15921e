import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Dice } from './dice.ts';

/** The last one is turned away by Weave until the storm is over. */
export const PROJECTS = ['chaos/one', 'chaos/two', 'chaos/three', 'chaos/stuck'] as const;
export const STUCK_PROJECT = 'chaos/stuck';
export type ProjectName = (typeof PROJECTS)[number];

/** Spans of these names are refused by the front before Weave, for good. */
export const REFUSED = { 'refused with 400': 400, 'refused with 422': 422, 'refused with 413': 413 } as const;

const LARGE_CHARS = 300_000;
const SHORT_TEXTS = 400;

export interface SpanSource {
  /** Ended spans of one project, as an SDK hands them to its exporter. */
  next(project: ProjectName, count: number): readonly ReadableSpan[];
}

export function createSpanSource(dice: Dice): SpanSource {
  const ended: ReadableSpan[] = [];
  const spanProcessors = [
    {
      onStart: () => undefined,
      onEnd: (span: ReadableSpan) => void ended.push(span),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ];
  const idGenerator = { generateTraceId: () => dice.hex(32), generateSpanId: () => dice.hex(16) };
  const tracers = new Map(
    PROJECTS.map((project) => {
      const [entity = '', name = ''] = project.split('/');
      const attributes = { 'service.name': 'chaos', 'wandb.entity': entity, 'wandb.project': name };
      const resource = { attributes, merge: () => resource, getRawAttributes: () => Object.entries(attributes) };
      const provider = new TracerProvider({ spanProcessors, idGenerator, resource });
      return [project, provider.getTracer('chaos')] as const;
    }),
  );

  function end(project: ProjectName): void {
    const { name, attributes } = content(dice);
    tracers.get(project)?.startSpan(name, { attributes }).end();
  }

  return {
    next(project, count) {
      for (let at = 0; at < count; at += 1) end(project);
      return ended.splice(0);
    },
  };
}

function content(dice: Dice): {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
} {
  const roll = dice.roll();
  if (roll < 0.002) return { name: 'refused with 400', attributes: {} };
  if (roll < 0.004) return { name: 'refused with 422', attributes: {} };
  if (roll < 0.005) return { name: 'refused with 413', attributes: shortTexts() };
  if (roll < 0.01) return { name: 'large', attributes: { 'input.value': 'x'.repeat(LARGE_CHARS) } };
  if (roll < 0.4) return { name: 'chat', attributes: chat(dice) };
  return { name: 'GET /items', attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200 } };
}

function chat(dice: Dice): Record<string, string | number> {
  const text = dice.hex(dice.integer(10, 400));
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'some-model',
    'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: text }] }]),
    'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: 'no' }] }]),
    'gen_ai.usage.input_tokens': text.length,
    'gen_ai.usage.output_tokens': 1,
  };
}

function shortTexts(): Record<string, string> {
  return Object.fromEntries(Array.from({ length: SHORT_TEXTS }, (_, at) => [`text.${at}`, 'x'.repeat(900)]));
}
