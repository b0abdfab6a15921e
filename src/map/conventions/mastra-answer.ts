import { toChoices } from '../chat/choices.ts';
import { isObject } from '../chat/message.ts';
import { some } from '../rule.ts';

/** `{text, toolCalls, reasoningText, files}`: the AI SDK's result. */
export function answer(value: unknown) {
  if (!isObject(value) || !('text' in value || 'toolCalls' in value)) return undefined;
  const { text: said, toolCalls, reasoningText } = value;
  const files = Array.isArray(value['files']) ? value['files'].filter(isObject) : [];
  const content = files.length === 0 ? said : [said, ...files.map((file) => ({ type: 'file', ...file }))];
  return some(toChoices({ role: 'assistant', content, toolCalls, reasoning: reasoningText }));
}
