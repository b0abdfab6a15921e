import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { WeaveSpanProcessor } from 'otel-weave-bridge';

const sdk = new NodeSDK({ serviceName: 'node-sdk', spanProcessors: [new WeaveSpanProcessor()] });
sdk.start();
const tracer = trace.getTracer('app');

/** One call of the model, as a span by OpenTelemetry's conventions for generative AI. */
function chat(messages) {
  const model = 'gpt-5-mini';
  return tracer.startActiveSpan(`chat ${model}`, async (span) => {
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
    return choices[0].message;
  });
}

await tracer.startActiveSpan('talk', async (span) => {
  const messages = [{ role: 'user', content: 'What is a span?' }];
  messages.push(await chat(messages), { role: 'user', content: 'And what is a trace?' });
  const answer = await chat(messages);
  console.log(answer.content);
  span.end();
});

await sdk.shutdown();
