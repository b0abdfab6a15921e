import { type ContentPart, isObject, type Json, textOf } from './message.ts';

/** Where parts of the known libraries say their media's address. */
const ADDRESS_KEYS = ['image_url', 'image', 'audio_url', 'url', 'uri', 'fileUri', 'file_uri'];
const TYPE_KEYS = ['mime_type', 'mimeType', 'mediaType', 'media_type', 'contentType'];
const DATA_KEYS = ['content', 'data', 'image', 'bytes', 'base64', 'binary_content'];
/** Bedrock names the format of a document alone. */
const TEXT_FORMATS: Readonly<Record<string, string>> = { txt: 'plain', md: 'markdown', csv: 'csv', html: 'html' };
/** Langfuse uploads media, and leaves a token of its own in their place. */
const ADDRESS = /^((https?|data|gs|s3|file):|@@@langfuseMedia:)/;
const IMAGE_ADDRESS = /^https?:[^?#]*\.(png|jpe?g|gif|webp)([?#]|$)/i;

/**
 * An image, audio or file in OpenAI's shape, from a URL, a data URI, a file id, bytes, or base64 with its type beside it.
 * Undefined where the part has none of them.
 */
export function mediaPart(part: Json, type: string | undefined): ContentPart | undefined {
  if (isObject(part['input_audio'])) return { type: 'input_audio', input_audio: part['input_audio'] };
  const source = sourceIn(part);
  const url = urlOf(part, source);
  const said = textOf(part, ...TYPE_KEYS) ?? textOf(source, ...TYPE_KEYS) ?? typeOfFormat(textOf(part, 'format'), type);
  const inFile = isObject(part['file']) ? textOf(part['file'], 'file_data') : undefined;
  const mime = said ?? /^data:([\w.+-]+\/[\w.+-]+)[;,]/.exec(url ?? inFile ?? '')?.[1];
  const data = dataIn(part) ?? dataIn(source);
  const transcript = textOf(part, 'transcript') ?? textOf(source, 'transcript');
  const heard = transcript === undefined ? {} : { transcript };
  const modality = textOf(part, 'modality') ?? mime?.split('/')[0] ?? type ?? '';
  if (modality.startsWith('audio') && url === undefined && data !== undefined) {
    return { type: 'input_audio', input_audio: { data, format: mime?.split('/')[1] ?? 'wav' }, ...heard };
  }
  const isImage = modality.startsWith('image') || type?.includes('image') || IMAGE_ADDRESS.test(url ?? '');
  const isText = source['type'] === 'text'; // Anthropic's documents of plain text
  const address =
    url ??
    inFile ??
    (data && (isText ? data : dataUri(data, mime ?? (isImage ? 'image/png' : 'application/octet-stream'))));
  if (isImage && address !== undefined) {
    const detail =
      textOf(part, 'detail') ?? (isObject(part['image_url']) ? textOf(part['image_url'], 'detail') : undefined);
    return { type: 'image_url', image_url: { url: address, ...(detail !== undefined && { detail }) } };
  }
  const file = filePart(part, source, address, mime);
  return file && { ...file, ...heard };
}

/** What a part holds its media in: `source` of Anthropic and Bedrock, `audio.audio` of OpenInference. */
function sourceIn(part: Json): Json {
  const audio = part['audio'];
  return [part['source'], isObject(audio) ? audio['audio'] : undefined, audio].find(isObject) ?? {};
}

function typeOfFormat(format: string | undefined, type: string | undefined): string | undefined {
  if (format === undefined || type === undefined) return undefined;
  if (type !== 'file') return `${type}/${format}`;
  return Object.hasOwn(TEXT_FORMATS, format) ? `text/${TEXT_FORMATS[format]}` : `application/${format}`;
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
    if (typeof holder === 'string' && ADDRESS.test(holder)) return holder;
    if (!isObject(holder)) continue;
    // OpenInference says image.image.url
    const url = textOf(holder, 'url') ?? (isObject(holder['image']) ? textOf(holder['image'], 'url') : undefined);
    if (url !== undefined) return url;
  }
  const data = part['data'];
  return typeof data === 'string' && /^(https?|data):/.test(data) ? data : undefined;
}

function dataIn(holder: Json): string | undefined {
  for (const key of DATA_KEYS) {
    const data = textOf(holder, key) ?? base64Of(holder[key]);
    if (data !== undefined) return data;
  }
  return undefined;
}

/** Bytes that went through JSON: a list of numbers, a Node `Buffer`, or a `Uint8Array`, whose indexes become keys. */
function base64Of(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const list = isObject(value) && value['type'] === 'Buffer' ? value['data'] : value;
  const bytes = Array.isArray(list) ? list : '0' in value ? Object.values(value) : [];
  const isBytes = bytes.length > 0 && bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
  return isBytes ? Buffer.from(bytes as number[]).toString('base64') : undefined;
}

const dataUri = (data: string, mime: string) => (data.startsWith('data:') ? data : `data:${mime};base64,${data}`);
