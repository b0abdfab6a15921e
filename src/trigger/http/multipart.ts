/**
 * A form with a file in it, `multipart/form-data`: https://www.rfc-editor.org/rfc/rfc7578
 * Not a FormData: where a connection breaks off while it sends one, Node 24 throws where nobody can catch it.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';

export interface Form {
  readonly fields: Readonly<Record<string, string>>;
  /** A path; sent as the field `file`, and read while it is sent. */
  readonly file: string;
}

export interface Multipart {
  readonly headers: { readonly 'content-type': string; readonly 'content-length': string };
  readonly body: Readable;
}

/** Rejects where the file is not there. Names, and values of fields, must not hold quotes or line ends. */
export async function multipartOf({ fields, file }: Form): Promise<Multipart> {
  const boundary = `otel-weave-${randomUUID()}`;
  const { size } = await stat(file);
  const part = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  const head = [
    ...Object.entries(fields).map(([name, value]) => `${part(`name="${name}"`)}\r\n${value}\r\n`),
    `${part(`name="file"; filename="${basename(file)}"`)}Content-Type: application/jsonl\r\n\r\n`,
  ].join('');
  const tail = `\r\n--${boundary}--\r\n`;

  async function* pieces() {
    yield Buffer.from(head);
    yield* createReadStream(file);
    yield Buffer.from(tail);
  }

  const bytes = Buffer.byteLength(head) + size + Buffer.byteLength(tail);
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(bytes) },
    body: Readable.from(pieces(), { objectMode: false }),
  };
}
