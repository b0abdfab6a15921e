import type { Readable } from 'node:stream';
import type { Client } from '../http/client.ts';
import { type Meaning, meaningOf } from '../http/meaning.ts';
import { type Batch, batchOf, fileIdOf } from './batch.ts';

type Failed = Exclude<Meaning, { status: 'done' }>;

/**
 * An OpenAI-compatible API for files and batches, as Impala offers it: https://docs.getimpala.ai
 * Each request is sent once; to send it again, or to look what became of it, is the caller's to decide.
 */
export interface BatchApi {
  upload(path: string, signal: AbortSignal): Promise<{ readonly status: 'done'; readonly fileId: string } | Failed>;
  create(
    request: BatchRequest,
    signal: AbortSignal,
  ): Promise<{ readonly status: 'done'; readonly batch: Batch } | Failed>;
  get(id: string, signal: AbortSignal): Promise<{ readonly status: 'done'; readonly batch: Batch } | Failed>;
  /** The newest first; `after`: the last id of the page before. */
  list(after: string | null, signal: AbortSignal): Promise<BatchPage | Failed>;
  cancel(id: string, signal: AbortSignal): Promise<Meaning>;
  /** The lines of an output or error file. */
  content(
    fileId: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: 'open'; readonly stream: Readable } | Failed>;
}

export interface BatchRequest {
  readonly input_file_id: string;
  readonly endpoint: string;
  readonly completion_window: string;
  readonly job_id?: string;
  /** At most 16 pairs, of 64 and 512 characters. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface BatchPage {
  readonly status: 'done';
  readonly batches: readonly Batch[];
  readonly hasMore: boolean;
}

const PAGE = 100;

/** Docs give the base URL now with `/v1` at its end and now without. */
export function baseUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/\/v1$/, '');
}

export function createBatchApi(client: Client): BatchApi {
  const NOT_A_BATCH: Failed = { status: 'unclear', reason: 'answered 2xx, but with no batch' };

  function withBatch(meaning: Meaning) {
    if (meaning.status !== 'done') return meaning;
    const batch = batchOf(meaning.body);
    return batch ? { status: 'done' as const, batch } : NOT_A_BATCH;
  }

  return {
    async upload(path, signal) {
      const form = { fields: { purpose: 'batch' }, file: path };
      const meaning = meaningOf(await client.upload('v1/files', form, signal));
      if (meaning.status !== 'done') return meaning;
      const fileId = fileIdOf(meaning.body);
      return fileId ? { status: 'done', fileId } : { status: 'unclear', reason: 'answered 2xx, but with no file id' };
    },
    create: async (request, signal) => withBatch(meaningOf(await client.post('v1/batches', request, signal))),
    get: async (id, signal) => withBatch(meaningOf(await client.get(`v1/batches/${encodeURIComponent(id)}`, signal))),
    async list(after, signal) {
      const query = new URLSearchParams({ limit: String(PAGE), ...(after !== null && { after }) });
      const meaning = meaningOf(await client.get(`v1/batches?${query}`, signal));
      if (meaning.status !== 'done') return meaning;
      const { data, has_more: hasMore } = meaning.body;
      if (!Array.isArray(data)) return { status: 'unclear', reason: 'answered 2xx, but with no list of batches' };
      return { status: 'done', batches: data.flatMap((one: unknown) => batchOf(one) ?? []), hasMore: hasMore === true };
    },
    cancel: async (id, signal) =>
      meaningOf(await client.post(`v1/batches/${encodeURIComponent(id)}/cancel`, undefined, signal)),
    async content(fileId, signal) {
      const download = await client.download(`v1/files/${encodeURIComponent(fileId)}/content`, signal);
      if (download.status === 'open') return download;
      const meaning = meaningOf(download.answer);
      return meaning.status === 'done' ? { status: 'unclear', reason: 'answered with no file' } : meaning;
    },
  };
}
