/**
 * One way out of an app, measured from inside: what `onEnd` costs the app, and what a span that waits costs it in memory.
 * Arguments: the way, what is measured (a load of `LOADS`, or memory), the URL of a sink, and that of a server that never
 * answers. Prints one JSON object. Wants `--expose-gc`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { WeaveSpanProcessor } from '../../src/index.ts';

/** Below the 2048 that the SDK's processor holds at most. */
const HELD_SPANS = 2000;
const ROUND_MS = 5;
const WARM_UP_ROUNDS = 60;
const FLOOD = 50;

/** Spans that end in each round of ROUND_MS, and what the app does before each of them. */
const LOADS = {
  /** 1,000 spans a second, each at the end of some work: caches are cold, as in any app. */
  work: { rounds: 1600, spansARound: 5, before: handleAnswer },
  /** 10,000 a second, FLOOD of them one after the other. */
  flood: { rounds: 400, spansARound: FLOOD, before: () => undefined },
};
type Load = (typeof LOADS)[keyof typeof LOADS];

const [way = '', measured = '', sinkUrl = '', hangUrl = ''] = process.argv.slice(2);

function createProcessor(url: string): SpanProcessor {
  if (way === 'bridge') return new WeaveSpanProcessor({ url, project: 'bench/bench', scheduledDelayMillis: 200 });
  const exporter = new OTLPTraceExporter({ url });
  return new BatchSpanProcessor({ exporter, scheduledDelayMillis: 200 });
}

/** A processor, and how long each of its `onEnd` took, in nanoseconds. */
function timed(processor: SpanProcessor, taken: number[]): SpanProcessor {
  return {
    onStart: (span, context) => processor.onStart(span, context),
    onEnd(span) {
      const start = process.hrtime.bigint();
      processor.onEnd(span);
      taken.push(Number(process.hrtime.bigint() - start));
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
}

/** A model's answer with its search results, some 25 KB. */
const ANSWER = JSON.stringify(
  Array.from({ length: 60 }, (_, at) => ({
    id: at,
    role: 'user',
    content: `${at} `.padEnd(350, 'Paris '),
    at: [at, at],
  })),
);
let handled = 0;

function handleAnswer(): void {
  const parts = JSON.parse(ANSWER) as unknown[];
  parts.push({ handled });
  handled += JSON.stringify(parts).length;
}

let serial = 0;
/** Text of its own for each span, as prompts are: some 2 KB in all. */
function endSpan(provider: TracerProvider): void {
  serial += 1;
  const text = `${serial} `.padEnd(700, 'Tell me about the weather in Paris tomorrow, please. ');
  const span = provider.getTracer('bench').startSpan(`chat gpt-5 ${serial}`);
  span.setAttributes({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.response.model': 'gpt-5-2026-01-01',
    'gen_ai.response.id': `chatcmpl-${serial}`,
    'gen_ai.usage.input_tokens': 200,
    'gen_ai.usage.output_tokens': 100,
    'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: text }] }]),
    'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: text }] }]),
    'server.address': 'api.openai.com',
    'server.port': 443,
  });
  span.end();
}

const turn = () => new Promise((resolve) => setTimeout(resolve, ROUND_MS));

async function measureTime({ rounds, spansARound, before }: Load) {
  const taken: number[] = [];
  const provider = new TracerProvider({ spanProcessors: [timed(createProcessor(sinkUrl), taken)] });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round += 1) {
    if (round === WARM_UP_ROUNDS) {
      taken.length = 0;
      delay.enable();
    }
    for (let i = 0; i < spansARound; i += 1) {
      before();
      endSpan(provider);
    }
    await turn();
  }
  delay.disable();
  await provider.forceFlush();
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN) / 1000;
  await provider.shutdown();
  const meanUs = taken.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / taken.length / 1000;
  return { meanUs, p50Us: at(0.5), p99Us: at(0.99), p999Us: at(0.999), loopP99Ms: delay.percentile(99) / 1e6 };
}

function usedBytes(): number {
  // What the first one finalizes, the second one frees.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Loads whatever is loaded late, so that only spans are counted. */
async function warmUp(): Promise<void> {
  const provider = new TracerProvider({ spanProcessors: [createProcessor(sinkUrl)] });
  for (let i = 0; i < 10 * FLOOD; i += 1) endSpan(provider);
  await provider.forceFlush();
  await provider.shutdown();
}

async function measureMemory() {
  await warmUp();
  const provider = new TracerProvider({ spanProcessors: [createProcessor(hangUrl)] });
  await turn();
  const before = usedBytes();
  for (let i = 0; i < HELD_SPANS; i += 1) {
    endSpan(provider);
    if (i % FLOOD === 0) await turn();
  }
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return { heldBytesPerSpan: (usedBytes() - before) / HELD_SPANS };
}

const result = measured === 'memory' ? await measureMemory() : await measureTime(LOADS[measured as keyof typeof LOADS]);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
