import { type ContentPart, isObject, type Message, textOf } from './message.ts';

/**
 * Weave's page knows a chat only where it knows every part of every message: text, images, and anything with a name.
 * OpenAI's audio and file parts have none of their own.
 */
export function withPartNames<M extends Message>(message: M): M {
  const { content } = message;
  if (typeof content === 'string' || content === null || content.every(isKnown)) return message;
  return { ...message, content: content.map((part) => (isKnown(part) ? part : { ...part, name: nameOf(part) })) };
}

const isKnown = (part: ContentPart) =>
  part.type === 'text' || part.type === 'image_url' || typeof part['name'] === 'string';

function nameOf(part: ContentPart): string {
  const file = part['file'];
  return (isObject(file) ? textOf(file, 'filename') : undefined) ?? part.type;
}
