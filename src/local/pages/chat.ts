/** Inputs and outputs in the OpenAI chat shape, shown as a conversation. */
import { isJsonObject, type JsonObject } from '../bodies/json-object.ts';
import { MAX_SHOWN_IMAGE_CHARACTERS, MAX_SHOWN_MESSAGES } from '../limits.ts';
import { type Fragment, type Html, html } from './html.ts';
import { clipText, jsonText } from './json-text.ts';

interface Message extends JsonObject {
  readonly role: string;
}

/** The messages of `inputs`; undefined where these are not a chat. */
export function inputMessages(inputs: unknown): readonly Message[] | undefined {
  return isJsonObject(inputs) ? messagesIn(inputs['messages']) : undefined;
}

/** The messages that a chat answered: one for each of its choices. */
export function outputMessages(output: unknown): readonly Message[] | undefined {
  const choices = isJsonObject(output) ? output['choices'] : undefined;
  return Array.isArray(choices)
    ? messagesIn(choices.map((choice: unknown) => (isJsonObject(choice) ? choice['message'] : undefined)))
    : undefined;
}

function messagesIn(list: unknown): readonly Message[] | undefined {
  return Array.isArray(list) && list.length > 0 && list.every(isMessage) ? list : undefined;
}

function isMessage(value: unknown): value is Message {
  return isJsonObject(value) && typeof value['role'] === 'string';
}

const ROLES: readonly string[] = ['system', 'developer', 'user', 'assistant', 'tool'];

export function conversation(messages: readonly Message[]): Html {
  const more = messages.length - MAX_SHOWN_MESSAGES;
  return html`<div class="chat">${more > 0 && html`<p class="note">${more} earlier messages are not shown here.</p>`}${messages.slice(-MAX_SHOWN_MESSAGES).map(bubble)}</div>`;
}

function bubble(message: Message): Html {
  const calls = Array.isArray(message['tool_calls']) ? message['tool_calls'] : [];
  const answered = typeof message['tool_call_id'] === 'string' ? message['tool_call_id'] : null;
  return html`<section class="message ${ROLES.includes(message.role) ? message.role : 'other'}">
<h4>${message.role}${answered !== null && html` <small>answers ${answered}</small>`}</h4>
${content(message['content'])}${calls.map(toolCall)}
</section>`;
}

function content(value: unknown): Fragment {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string') return html`<p>${clipText(value)}</p>`;
  if (Array.isArray(value)) return value.slice(0, MAX_SHOWN_MESSAGES).map(part);
  return html`<pre>${jsonText(value)}</pre>`;
}

function part(value: unknown): Fragment {
  if (typeof value === 'string') return content(value);
  if (!isJsonObject(value)) return content(value);
  if (typeof value['text'] === 'string') return content(value['text']);
  const image = isJsonObject(value['image_url']) ? value['image_url']['url'] : undefined;
  return typeof image === 'string' ? picture(image) : html`<pre>${jsonText(value)}</pre>`;
}

/** An inline image is shown. One on the web is named only: loading it would tell its server who looks at this trace. */
function picture(url: string): Fragment {
  const inline = /^data:image\/(?:png|jpeg|gif|webp);base64,[\w+/=]*$/.test(url);
  if (inline && url.length <= MAX_SHOWN_IMAGE_CHARACTERS) return html`<img src="${url}" alt="image in the message">`;
  return html`<p class="note">image: ${url.slice(0, 200)}</p>`;
}

function toolCall(value: unknown): Fragment {
  const call = isJsonObject(value) && isJsonObject(value['function']) ? value['function'] : {};
  const name = typeof call['name'] === 'string' ? call['name'] : 'tool call';
  const id = isJsonObject(value) && typeof value['id'] === 'string' ? value['id'] : null;
  return html`<div class="tool-call"><h5>→ ${name}${id !== null && html` <small>${id}</small>`}</h5><pre>${argumentsText(call['arguments'])}</pre></div>`;
}

function argumentsText(value: unknown): string {
  if (typeof value !== 'string') return jsonText(value ?? null);
  try {
    return jsonText(JSON.parse(value));
  } catch {
    return clipText(value);
  }
}
