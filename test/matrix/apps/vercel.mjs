import { trace } from '@opentelemetry/api';
import { registerOTel } from '@vercel/otel';
import { WeaveSpanExporter, WeaveSpanProcessor } from 'otel-weave-bridge';

const { door, ...options } = JSON.parse(process.env.APP);
registerOTel({
  serviceName: 'vercel',
  instrumentations: [],
  ...(door === 'processor'
    ? { spanProcessors: [new WeaveSpanProcessor(options)] }
    : { traceExporter: new WeaveSpanExporter(options) }),
});
for (let n = 0; n < 50; n += 1) trace.getTracer('app').startSpan(`span ${n}`).end();
await trace.getTracerProvider().getDelegate().forceFlush();
