import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ serviceName: 'hello' }); // sends to http://localhost:4318 unless told otherwise
sdk.start();
const span = trace.getTracer('hello').startSpan('chat gpt-5');
span.setAttribute('gen_ai.operation.name', 'chat').setAttribute('gen_ai.request.model', 'gpt-5');
span.setAttribute('gen_ai.input.messages', JSON.stringify([{ role: 'user', content: 'Hello?' }]));
span.setAttribute('gen_ai.output.messages', JSON.stringify([{ role: 'assistant', content: 'Hi there.' }]));
span.setAttribute('gen_ai.usage.input_tokens', 9).setAttribute('gen_ai.usage.output_tokens', 4);
span.end();
await sdk.shutdown();
