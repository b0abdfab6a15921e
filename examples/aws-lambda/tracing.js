import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { NodeSDK } from '@opentelemetry/sdk-node';
import OpenAI from 'openai';
import { WeaveSpanProcessor } from 'otel-weave-bridge';

export const weave = new WeaveSpanProcessor();
new NodeSDK({ serviceName: 'aws-lambda', spanProcessors: [weave] }).start();
new OpenAIInstrumentation().manuallyInstrument(OpenAI);
