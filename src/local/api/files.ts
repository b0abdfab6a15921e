/** `/v1/files`: https://docs.getimpala.ai */
import { FILE_DAYS, newId } from '../batch/batches.ts';
import { fileListQuery, UPLOAD_PURPOSES } from '../bodies/batches.ts';
import { formParts } from '../http/multipart.ts';
import { envelope, json, type Reply } from '../http/reply.ts';
import { type Route, route, upload } from '../http/route.ts';
import { MAX_FILE_BYTES, MAX_MULTIPART_BYTES } from '../limits.ts';
import type { StoredFile } from '../store/files.ts';
import type { Context } from './context.ts';
import { readQuery } from './query.ts';

const DAY_S = 24 * 3600;
const wireFile = (file: StoredFile) => ({ ...file, object: 'file' });
const missing = (id: string) => envelope(404, 'not_found_error', `no file with id ${id.slice(0, 64)}`, 'file_id');
const wrong = (message: string, param: string) => envelope(422, 'invalid_request_error', message, param);

export function fileRoutes({ store, clock }: Context): readonly Route[] {
  const { files } = store;

  function take(contentType: string, body: Buffer): Reply {
    const parts = formParts(contentType, body);
    const file = parts?.find(({ name, filename }) => name === 'file' && filename !== undefined);
    const purpose = parts?.find(({ name }) => name === 'purpose')?.content.toString() ?? '';
    if (!parts) return wrong('the body is no multipart/form-data', 'file');
    if (!file) return wrong('file is missing', 'file');
    if (!UPLOAD_PURPOSES.includes(purpose))
      return wrong(`purpose must be one of ${UPLOAD_PURPOSES.join(', ')}`, 'purpose');
    if (file.content.length > MAX_FILE_BYTES)
      return envelope(413, 'invalid_request_error', 'the file is too large', 'file');
    const created_at = Math.floor(clock.now() / 1000);
    const stored: StoredFile = {
      id: newId('file', clock),
      filename: file.filename ?? '',
      purpose,
      created_at,
      expires_at: purpose === 'batch' ? created_at + FILE_DAYS * DAY_S : null,
      bytes: file.content.length,
    };
    files.add(stored, file.content.toString());
    return json(wireFile(stored));
  }

  return [
    upload('/v1/files', MAX_FILE_BYTES + MAX_MULTIPART_BYTES, ({ contentType, body }) => take(contentType, body)),
    route('GET', '/v1/files', ({ query }) => {
      const read = readQuery(fileListQuery, query);
      if (read.status === 'refused') return read.reply;
      const { order, after, purpose, limit } = read.value;
      const data = files.list(order, after ?? null, purpose ?? null, limit + 1);
      return json({ object: 'list', data: data.slice(0, limit).map(wireFile), has_more: data.length > limit });
    }),
    route('GET', '/v1/files/:id', ({ parameters: { id } }) => {
      const file = files.get(id);
      return file ? json(wireFile(file)) : missing(id);
    }),
    route('GET', '/v1/files/:id/content', ({ parameters: { id } }) => {
      const content = files.content(id);
      return content === undefined ? missing(id) : { status: 200, type: 'application/jsonl', body: content };
    }),
    route('DELETE', '/v1/files/:id', ({ parameters: { id } }) =>
      files.remove(id) ? json({ id, object: 'file', deleted: true }) : missing(id),
    ),
  ];
}
