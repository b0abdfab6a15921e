/**
 * Messages in the OpenAI chat shape, the one that Weave's page shows as a conversation
 * whatever library they came from.
 */
export interface Message {
  readonly role: string;
  readonly content: string | readonly ContentPart[] | null;
  readonly name?: string;
  readonly tool_calls?: readonly ToolCall[];
  readonly tool_call_id?: string;
  /** The model's thinking, where the provider shows it. */
  readonly reasoning_content?: string;
  readonly refusal?: string;
  /** What the answer cites, as OpenAI has it. */
  readonly annotations?: readonly unknown[];
}

/** `{type: 'text', text}`, `{type: 'image_url', image_url: {url}}`, `{type: 'input_audio', …}` or `{type: 'file', …}`. */
export type ContentPart = Readonly<Record<string, unknown>> & { readonly type: string };

export interface ToolCall {
  readonly id?: string;
  readonly type: 'function';
  /** `arguments` is JSON text, never an object: Weave's page does not recognise a chat otherwise. */
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface Choice {
  readonly index: number;
  readonly message: Message;
  readonly finish_reason: string | null;
}

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of these members that is a non-empty string. */
export function textOf(object: Json, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = object[key];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

/** A value as the text of a message: strings as they are, the rest as JSON. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
