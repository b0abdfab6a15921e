import { OpenTelemetry } from '@ai-sdk/otel';
import { registerOTel } from '@vercel/otel';
import { registerTelemetry } from 'ai';

export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { WeaveSpanProcessor } = await import('otel-weave-bridge');
  registerOTel({ serviceName: 'nextjs', spanProcessors: [new WeaveSpanProcessor()] });
  registerTelemetry(new OpenTelemetry());
}
