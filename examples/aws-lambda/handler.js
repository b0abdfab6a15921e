import { SpanKind, trace } from '@opentelemetry/api';
import OpenAI from 'openai';
import { weave } from './tracing.js';

const client = new OpenAI();
const tracer = trace.getTracer('handler');

export async function handler({ question }, { functionName }) {
  try {
    return await tracer.startActiveSpan(functionName, { kind: SpanKind.SERVER }, async (span) => {
      try {
        const { output_text } = await client.responses.create({ model: 'gpt-5-mini', input: question });
        return { statusCode: 200, body: output_text };
      } finally {
        span.end();
      }
    });
  } finally {
    // Lambda freezes the process when the handler has answered: what is not sent by now may never be.
    await weave.flush();
  }
}
