import { toolFailureIn } from './langchain.ts';
import { asText, isObject, type Json } from './message.ts';

/** LlamaIndex's `ToolOutput`: what a tool returned, beside what the model is told of it. */
export const isToolOutput = (value: unknown): value is Json =>
  isObject(value) && typeof value['tool_name'] === 'string' && 'raw_output' in value;

export const toolOutputIn = (value: unknown): unknown => (isToolOutput(value) ? value['raw_output'] : value);

/** What a tool failed with whose framework caught it and went on. */
export function caughtFailureIn(value: unknown): string | undefined {
  if (!isToolOutput(value)) return toolFailureIn(value);
  return value['is_error'] === true ? asText(value['raw_output']) || 'The tool returned an error' : undefined;
}
