import { openai } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { generateText, isStepCount, registerTelemetry, streamText, tool } from 'ai';
import { WeaveSpanProcessor } from 'otel-weave-bridge';
import { z } from 'zod';

const sdk = new NodeSDK({ serviceName: 'vercel-ai-sdk', spanProcessors: [new WeaveSpanProcessor()] });
sdk.start();
registerTelemetry(new OpenTelemetry());

const weather = tool({
  description: 'The weather in a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `18 degrees and clear in ${city}`,
});

const { text } = await generateText({
  model: openai('gpt-5-mini'),
  prompt: 'What is the weather in Lisbon?',
  tools: { weather },
  stopWhen: isStepCount(3),
});
console.log(text);

const { textStream } = streamText({ model: openai('gpt-5-mini'), prompt: 'Say something about Lisbon' });
for await (const piece of textStream) process.stdout.write(piece);
console.log();

await sdk.shutdown();
