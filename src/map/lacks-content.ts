import { isLoggedPrompt, isLoggedTool } from '../core/content-log.ts';
import { STATUS_ERROR } from '../core/span.ts';
import type { ReadSpan } from './write-call.ts';

/** Instrumentations that write the content of their agent's spans to log records. */
const AGENTS_WITH_LOGS = /^com\.anthropic\.claude_code/;

/** Whether log records may hold what this span should have said. */
export function lacksContent({ reading, view: { span } }: Pick<ReadSpan, 'reading' | 'view'>): boolean {
  if (isLoggedTool(span)) return reading.toolArguments === undefined;
  if (isLoggedPrompt(span)) return reading.messages === undefined;
  if (reading.choices || reading.output !== undefined) return false;
  // What was asked is on the span, and a call that failed has no answer.
  const hasFailed = span.status.code === STATUS_ERROR || reading.failure !== undefined;
  if (hasFailed && (reading.messages ?? reading.input) !== undefined) return false;
  return reading.kind === 'llm' || (reading.kind === 'agent' && AGENTS_WITH_LOGS.test(span.scope.name));
}
