import { asText, isObject, type Json } from './message.ts';

/** LlamaIndex's `ToolOutput`: what a tool returned, beside what the model is told of it. */
export const isToolOutput = (value: unknown): value is Json =>
  isObject(value) && typeof value['tool_name'] === 'string' && 'raw_output' in value;

export const toolOutputIn = (value: unknown): unknown => (isToolOutput(value) ? value['raw_output'] : value);

/** What a tool threw: LlamaIndex catches it, and goes on. */
export function toolFailureIn(value: unknown): string | undefined {
  if (!isToolOutput(value) || value['is_error'] !== true) return undefined;
  return asText(value['raw_output']) || 'The tool returned an error';
}
