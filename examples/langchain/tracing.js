import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import * as callbackManager from '@langchain/core/callbacks/manager';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { WeaveSpanProcessor } from 'otel-weave-bridge';

export const sdk = new NodeSDK({ serviceName: 'langchain', spanProcessors: [new WeaveSpanProcessor()] });
sdk.start();
new LangChainInstrumentation().manuallyInstrument(callbackManager);
