import { openai } from '@ai-sdk/openai';
import { trace } from '@opentelemetry/api';
import { streamText } from 'ai';
import { after } from 'next/server';

export async function GET(request) {
  const { textStream } = streamText({ model: openai('gpt-5-mini'), prompt: request.nextUrl.searchParams.get('q') });
  // Runs when the answer is through, and keeps a serverless function alive until the spans are delivered.
  after(() => trace.getTracerProvider().getDelegate().forceFlush());
  return new Response(textStream.pipeThrough(new TextEncoderStream()));
}
