/** `/v1/batches`: https://docs.getimpala.ai */
import { z } from 'zod';
import { type BatchNow, wireBatch } from '../batch/batches.ts';
import { batchCreateBody, batchListQuery } from '../bodies/batches.ts';
import { envelope, json, type Reply } from '../http/reply.ts';
import { post, type Route, route } from '../http/route.ts';
import type { Context } from './context.ts';
import { readQuery } from './query.ts';

const ENDPOINTS = ['v1/responses', 'v1/chat/completions', 'v1/embeddings', 'v1/completions'];

const missing = (id: string) => envelope(404, 'not_found_error', `no batch with id ${id.slice(0, 64)}`, 'batch_id');
const wrong = (message: string, param: string) => envelope(422, 'invalid_request_error', message, param);

export function batchRoutes({ store, batches, faults }: Context): readonly Route[] {
  const shown = (id: string, found: BatchNow | undefined) => (found ? json(wireBatch(found)) : missing(id));

  function wrongEndpoint(endpoint: string): boolean {
    const { batchEndpoint } = faults.behaviour();
    const slash = endpoint.startsWith('/');
    if ((batchEndpoint === 'slash' && !slash) || (batchEndpoint === 'no_slash' && slash)) return true;
    return !ENDPOINTS.includes(endpoint.replace(/^\//, ''));
  }

  /** Only here the API answers a 422 in the words of OpenAI, not in those of FastAPI. */
  function create(body: unknown): Reply {
    const checked = batchCreateBody.safeParse(body);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const param = String(issue?.path[0] ?? 'body');
      return wrong(`${param}: ${issue?.message}`, param);
    }
    const { input_file_id, endpoint, completion_window, job_id, metadata = {} } = checked.data;
    if (job_id === undefined && faults.behaviour().batchJobId === 'required')
      return wrong('job_id is missing', 'job_id');
    if (wrongEndpoint(endpoint)) return wrong(`endpoint must be one of ${ENDPOINTS.join(', ')}`, 'endpoint');
    const content = store.files.content(input_file_id);
    if (content === undefined) {
      return envelope(404, 'not_found_error', `no file with id ${input_file_id.slice(0, 64)}`, 'input_file_id');
    }
    return json(
      wireBatch(
        batches.create({ input_file_id, endpoint, completion_window, job_id: job_id ?? '', metadata }, content),
      ),
    );
  }

  return [
    post('/v1/batches', z.unknown(), create),
    route('GET', '/v1/batches', ({ query }) => {
      const read = readQuery(batchListQuery, query);
      if (read.status === 'refused') return read.reply;
      const { after, limit } = read.value;
      const found = batches.list(after ?? null, limit + 1);
      const data = found.slice(0, limit).map(wireBatch);
      const ids = { first_id: data[0]?.['id'] ?? null, last_id: data.at(-1)?.['id'] ?? null };
      return json({ object: 'list', data, ...ids, has_more: found.length > limit });
    }),
    route('GET', '/v1/batches/:id', ({ parameters: { id } }) => shown(id, batches.get(id))),
    route('POST', '/v1/batches/:id/cancel', ({ parameters: { id } }) =>
      faults.behaviour().batchCancel === 'unsupported'
        ? envelope(501, 'not_implemented_error', 'batches cannot be cancelled here')
        : shown(id, batches.cancel(id)),
    ),
  ];
}
