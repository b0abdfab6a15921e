import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('app');
tracer.startSpan('open');
tracer.startSpan('done').end();
setInterval(() => undefined, 1000);
