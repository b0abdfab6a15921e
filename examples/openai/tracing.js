import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { NodeSDK } from '@opentelemetry/sdk-node';
import OpenAI from 'openai';
import { WeaveSpanProcessor } from 'otel-weave-bridge';

export const sdk = new NodeSDK({ serviceName: 'openai', spanProcessors: [new WeaveSpanProcessor()] });
sdk.start();
// An instrumentation patches by itself what is loaded with `require`. What is imported it is handed.
new OpenAIInstrumentation().manuallyInstrument(OpenAI);
