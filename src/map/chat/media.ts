import { type ContentPart, isObject, type Json, textOf } from './message.ts';

/** Where parts of the known libraries say their media's address. */
const ADDRESS_KEYS = ['image_url', 'image', 'audio_url', 'url', 'uri', 'fileUri', 'file_uri'];
const TYPE_KEYS = ['mime_type', 'mimeType', 'mediaType', 'media_type', 'contentType'];
const DATA_KEYS = ['content', 'data', 'image', 'bytes', 'base64'];

/**
 * An image, audio or file in OpenAI's shape, from a URL, a data URI, a file id, or base64 with its type beside it.
 * Undefined where the part has none of them.
 */
export function mediaPart(part: Json, type: string | undefined): ContentPart | undefined {
  if (isObject(part['input_audio'])) return { type: 'input_audio', input_audio: part['input_audio'] };
  const source = isObject(part['source']) ? part['source'] : {};
  const format = textOf(part, 'format');
  const mime = textOf(part, ...TYPE_KEYS) ?? textOf(source, ...TYPE_KEYS) ?? (format && type && `${type}/${format}`);
  const url = urlOf(part, source);
  const data = textOf(part, ...DATA_KEYS) ?? textOf(source, 'data', 'bytes');
  const modality = textOf(part, 'modality') ?? mime?.split('/')[0] ?? type ?? '';
  if (modality.startsWith('audio') && url === undefined && data !== undefined) {
    return { type: 'input_audio', input_audio: { data, format: mime?.split('/')[1] ?? 'wav' } };
  }
  const isImage = modality.startsWith('image') || type?.includes('image') === true;
  const address = url ?? (data && dataUri(data, mime ?? (isImage ? 'image/png' : 'application/octet-stream')));
  if (isImage && address !== undefined) return { type: 'image_url', image_url: { url: address } };
  return filePart(part, source, address, mime);
}

function filePart(part: Json, source: Json, address: string | undefined, mime: string | undefined) {
  const file = isObject(part['file']) ? part['file'] : {};
  const id = textOf(part, 'file_id', 'fileId') ?? textOf(file, 'file_id') ?? textOf(source, 'file_id');
  const data = address ?? textOf(file, 'file_data') ?? textOf(part, 'file_data');
  const filename = textOf(part, 'filename', 'name', 'title') ?? textOf(file, 'filename');
  if (id === undefined && data === undefined) return undefined;
  return {
    type: 'file',
    file: {
      ...(filename !== undefined && { filename }),
      ...(id !== undefined && { file_id: id }),
      ...(data !== undefined && { file_data: data }),
      ...(mime !== undefined && { mime_type: mime }),
    },
  };
}

function urlOf(part: Json, source: Json): string | undefined {
  for (const holder of [...ADDRESS_KEYS.map((key) => part[key]), source['url'], source['uri']]) {
    if (typeof holder === 'string' && /^(https?|data|gs|s3|file):/.test(holder)) return holder;
    if (!isObject(holder)) continue;
    // OpenInference says image.image.url
    const url = textOf(holder, 'url') ?? (isObject(holder['image']) ? textOf(holder['image'], 'url') : undefined);
    if (url !== undefined) return url;
  }
  const data = part['data'];
  return typeof data === 'string' && /^(https?|data):/.test(data) ? data : undefined;
}

const dataUri = (data: string, mime: string) => (data.startsWith('data:') ? data : `data:${mime};base64,${data}`);
