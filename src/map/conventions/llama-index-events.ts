import type { SpanEvent } from '../../core/span.ts';
import { toChoices } from '../chat/choices.ts';
import { type Choice, isObject, type Json } from '../chat/message.ts';
import { some } from '../rule.ts';
import { eventData } from '../span-view.ts';
import { usageOfResponse } from '../token-counts.ts';

/** What LlamaIndex's own events say, whose objects are flattened by dots: `response.raw.usage.prompt_tokens`. */

/** The members below a prefix, objects again. */
function under({ attributes }: SpanEvent, prefix: string): Json | undefined {
  const found: Record<string, unknown> = {};
  for (const key of attributes.keys()) {
    if (!key.startsWith(prefix)) continue;
    const [member = '', inner, ...deeper] = key.slice(prefix.length).split('.');
    if (deeper.length > 0) continue;
    const value = eventData(attributes, key);
    const holder = found[member];
    if (inner === undefined) found[member] = value;
    else if (isObject(holder)) found[member] = { ...holder, [inner]: value };
    else found[member] = { [inner]: value };
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** A block of a message's content, as parts of others are. */
function part(block: unknown): unknown {
  if (!isObject(block)) return block;
  switch (block['block_type']) {
    case 'text':
      return { type: 'text', text: block['text'] };
    case 'thinking':
      return { type: 'thinking', thinking: block['content'] };
    case 'tool_call':
      return {
        type: 'tool_call',
        id: block['tool_call_id'],
        name: block['tool_name'],
        arguments: block['tool_kwargs'],
      };
    case 'image':
      return { type: 'image', url: block['url'], data: block['image'], mime_type: block['image_mimetype'] };
    default:
      return block;
  }
}

/** A `ChatMessage`: its content is a list of blocks, beside OpenAI's own members. */
export function message(value: unknown): unknown {
  if (!isObject(value) || !Array.isArray(value['blocks'])) return value;
  const more = isObject(value['additional_kwargs']) ? value['additional_kwargs'] : {};
  return { role: value['role'], content: value['blocks'].map(part), ...more };
}

/** The response as the provider sent it, where it has choices; or else LlamaIndex's message, or the text of a completion. */
export function answer(event: SpanEvent): readonly Choice[] | undefined {
  const raw = eventData(event.attributes, 'response.raw.choices');
  if (Array.isArray(raw)) return some(toChoices({ choices: raw }));
  const said = under(event, 'response.message.');
  if (said) return some(toChoices(message(said)));
  const text = eventData(event.attributes, 'response.text');
  return text === undefined ? undefined : some(toChoices({ role: 'assistant', content: text }));
}

/** The provider's usage made inclusive, or what LlamaIndex has taken out of it. */
export function usage(event: SpanEvent): unknown {
  const raw = under(event, 'response.raw.usage.');
  return raw ? usageOfResponse({ content: [], usage: raw }) : under(event, 'response.additional_kwargs.');
}
