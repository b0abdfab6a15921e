import { describe, expect, it } from '@jest/globals';
import { mediaPart } from '../../../src/map/chat/media.ts';
import type { Json } from '../../../src/map/chat/message.ts';

const image = (url: string) => ({ type: 'image_url', image_url: { url } });
const BYTES = Buffer.from([137, 80, 78, 71]).toString('base64');

describe('media of a message', () => {
  it.each<[string, Json, string | undefined, unknown]>([
    [
      'a Uint8Array that JSON made an object of',
      { image: { 0: 137, 1: 80, 2: 78, 3: 71 } },
      'image',
      image(`data:image/png;base64,${BYTES}`),
    ],
    [
      'a Buffer that JSON made an object of',
      { data: { type: 'Buffer', data: [137, 80, 78, 71] }, mediaType: 'image/gif' },
      'file',
      image(`data:image/gif;base64,${BYTES}`),
    ],
    [
      'bytes as a list',
      { bytes: [137, 80, 78, 71], mime_type: 'image/png' },
      undefined,
      image(`data:image/png;base64,${BYTES}`),
    ],
    [
      'a data URI without a type beside it',
      { url: 'data:image/webp;base64,QQ==' },
      'media',
      image('data:image/webp;base64,QQ=='),
    ],
    [
      'an address that ends like an image',
      { url: 'https://x.test/a.PNG?b=1' },
      'media',
      image('https://x.test/a.PNG?b=1'),
    ],
    [
      'OpenInference audio',
      { audio: { audio: { url: 'https://x.test/a.wav', mime_type: 'audio/wav', transcript: 'Hi' } } },
      'audio',
      { type: 'file', file: { file_data: 'https://x.test/a.wav', mime_type: 'audio/wav' }, transcript: 'Hi' },
    ],
    [
      'a document of Bedrock',
      { format: 'pdf', name: 'a', source: { bytes: 'QQ==' } },
      'file',
      {
        type: 'file',
        file: { filename: 'a', file_data: 'data:application/pdf;base64,QQ==', mime_type: 'application/pdf' },
      },
    ],
    [
      'a text document of Bedrock',
      { format: 'md', name: 'a', source: { bytes: 'QQ==' } },
      'file',
      {
        type: 'file',
        file: { filename: 'a', file_data: 'data:text/markdown;base64,QQ==', mime_type: 'text/markdown' },
      },
    ],
    [
      "Anthropic's document of plain text, which is no base64",
      { source: { type: 'text', media_type: 'text/plain', data: 'Hi there' }, title: 'a' },
      'document',
      { type: 'file', file: { filename: 'a', file_data: 'Hi there', mime_type: 'text/plain' } },
    ],
    [
      'an image that is called a file',
      { file: { file_data: 'data:image/png;base64,QQ==' } },
      'file',
      { type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } },
    ],
    ['a part without any', { caption: 'x' }, 'image', undefined],
    ['numbers that are no bytes', { data: [1, 2, 256] }, 'file', undefined],
  ])('is read from %s', (_, part, type, expected) => {
    expect(mediaPart(part, type)).toEqual(expected);
  });
});
