import { NodeSDK } from '@opentelemetry/sdk-node';
import { trace } from '@opentelemetry/api';

const sdk = new NodeSDK({ serviceName: 'hello' }); // sends to http://localhost:4318 unless told otherwise
sdk.start();
trace.getTracer('hello').startActiveSpan('chat gpt-5', (span) => {
  span.setAttributes({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.input.messages': JSON.stringify([{ role: 'user', content: 'Hello?' }]),
    'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', content: 'Hi there.' }]),
    'gen_ai.usage.input_tokens': 9,
    'gen_ai.usage.output_tokens': 4,
  });
  span.end();
});
await sdk.shutdown();
