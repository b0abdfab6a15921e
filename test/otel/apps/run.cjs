/**
 * An app with tracing of its own, for the tests that watch it end. Which SDK, which door and how it ends come by the
 * environment: the same file serves ESM and CommonJS, SDK 2.x and 3.x. Prints its stats when it ends by itself.
 */
const { setTimeout: pause } = require('node:timers/promises');

function createProcessor(sdk, bridge, { door, ...options }) {
  if (door === 'processor') return new bridge.WeaveSpanProcessor(options);
  const exporter = new bridge.WeaveSpanExporter(options);
  // SDK 2.x takes the exporter alone, 3.x within an object.
  return sdk.BasicTracerProvider ? new sdk.BatchSpanProcessor(exporter) : new sdk.BatchSpanProcessor({ exporter });
}

/** Each ends some spans, and then in its own way. */
const WAYS = {
  /** Nothing left to do, and no shutdown. */
  idle: ({ end, count }) => end(count),
  exit({ end, count }) {
    end(count);
    process.exit(3);
  },
  async exitLater({ end, count }) {
    end(count);
    await pause(50);
    end(count);
    process.exit(3);
  },
  throw({ end, count }) {
    end(count);
    setTimeout(() => {
      throw new Error('nobody caught this');
    }, 10);
  },
  async reject({ end, count }) {
    end(count);
    await pause(10);
    throw new Error('nobody caught this either');
  },
  async shutdown({ end, count, provider }) {
    end(count);
    await provider.shutdown();
  },
  /** Goes on until everything has been delivered, whatever the server does. */
  async persist({ end, count, processor }) {
    for (let at = 0; at < 10; at += 1) {
      end(count / 10);
      await pause(200);
    }
    while (processor.stats().waiting > 0) await pause(100);
  },
  async flush({ end, count, provider }) {
    end(count);
    await provider.forceFlush();
    process.stdout.write(
      `flushed, and left behind: ${process.getActiveResourcesInfo().filter((name) => name === 'Timeout')}\n`,
    );
  },
  /** Runs until it is told to stop, which it handles itself. */
  async serve({ end, count, provider }) {
    const alive = setInterval(() => undefined, 1000);
    end(count);
    process.once('SIGTERM', async () => {
      end(count);
      await provider.shutdown();
      clearInterval(alive);
      process.exitCode = 7;
    });
    process.stdout.write('serving\n');
  },
  /** A span that is still open when the process is stopped, and one that is done. */
  open({ tracer, provider, end }) {
    const alive = setInterval(() => undefined, 1000);
    tracer.startSpan('open');
    end(1);
    process.once('SIGTERM', async () => {
      await provider.shutdown();
      clearInterval(alive);
    });
    process.stdout.write('open\n');
  },
};

module.exports = async function run(sdk, bridge) {
  const { way, count, warnings, ...options } = JSON.parse(process.env.APP);
  if (warnings) {
    const { diag, DiagConsoleLogger, DiagLogLevel } = require('@opentelemetry/api');
    diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
  }
  const processor = createProcessor(sdk, bridge, options);
  const Provider = sdk.BasicTracerProvider ?? sdk.TracerProvider;
  const provider = new Provider({ spanProcessors: [processor] });
  const tracer = provider.getTracer('app');
  let ended = 0;
  const end = (spans) => {
    for (let n = 0; n < spans; n += 1) tracer.startSpan(`span ${ended++}`).end();
  };
  await WAYS[way]({ end, count, provider, processor, tracer });
};
