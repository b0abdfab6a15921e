/**
 * An app with a NodeSDK as it is by default: traces, metrics and logs, all to OTEL_EXPORTER_OTLP_ENDPOINT.
 * Prints one JSON line: what the SDK had to say about it.
 */
import { context, DiagLogLevel, diag, logs, metrics, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';

const said: string[] = [];
const keep =
  (level: string) =>
  (message: string, ...rest: unknown[]) => {
    said.push([level, message, ...rest.map(String)].join(' '));
  };
const nothing = () => undefined;
const logger = { error: keep('error'), warn: keep('warn'), info: nothing, debug: nothing, verbose: nothing };
diag.setLogger(logger, { logLevel: DiagLogLevel.WARN });

const sdk = new NodeSDK({ serviceName: 'shop' });
sdk.start();
context.with(ROOT_CONTEXT, () => {
  trace.getTracer('shop').startSpan('checkout').end();
  metrics.getMeter('shop').createCounter('orders').add(1);
  logs.getLogger('shop').emit({ body: 'ordered' });
});
await sdk.shutdown();
process.stdout.write(`${JSON.stringify(said)}\n`);
