import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

// To http://localhost:4318/v1/traces, unless OTEL_EXPORTER_OTLP_ENDPOINT says otherwise.
const sdk = new NodeSDK({ serviceName: 'plain-otlp', traceExporter: new OTLPTraceExporter() });
sdk.start();

const model = 'gpt-5-mini';
const messages = [{ role: 'user', content: 'What is a span?' }];
const span = trace.getTracer('app').startSpan(`chat ${model}`);
const response = await fetch(`${process.env.OPENAI_BASE_URL}/chat/completions`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${process.env.OPENAI_API_KEY}` },
  body: JSON.stringify({ model, messages }),
});
const { id, choices, usage } = await response.json();
span.setAttributes({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': model,
  'gen_ai.response.id': id,
  'gen_ai.input.messages': JSON.stringify(messages),
  'gen_ai.output.messages': JSON.stringify([choices[0].message]),
  'gen_ai.usage.input_tokens': usage.prompt_tokens,
  'gen_ai.usage.output_tokens': usage.completion_tokens,
});
span.end();
console.log(choices[0].message.content);

await sdk.shutdown();
