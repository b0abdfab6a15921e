/** What the head of an HTTP request says: which export it is, or why it is none. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Encoding } from '../core/ports.ts';
import type { SenderHeaders } from './admit.ts';
import type { Cors } from './cors.ts';
import type { ExportSignal } from './handle-export.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';

/** How the answer is written. */
export interface ReplyForm {
  readonly encoding: Encoding;
  readonly contentType: string;
}

export type Compression = 'none' | 'gzip' | 'deflate' | 'zstd';

export type HttpHead =
  | {
      readonly status: 'export';
      readonly signal: ExportSignal;
      readonly reply: ReplyForm;
      readonly compression: Compression;
      readonly projectHeader: string | undefined;
      readonly sender: SenderHeaders;
      /** Undefined for a chunked body. */
      readonly contentLength: number | undefined;
    }
  | { readonly status: 'refused'; readonly outcome: Outcome; readonly reply: ReplyForm };

export interface HttpRequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

const PATHS: ReadonlyMap<string, ExportSignal> = new Map([
  ['/v1/traces', 'traces'],
  // Weave's own OTLP path: an exporter that points at Weave today needs only another host.
  ['/otel/v1/traces', 'traces'],
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
]);

const MEDIA_TYPES: ReadonlyMap<string, Encoding> = new Map([
  ['application/x-protobuf', 'protobuf'],
  ['application/protobuf', 'protobuf'],
  ['application/json', 'json'],
]);

const COMPRESSIONS: ReadonlyMap<string, Compression> = new Map([
  ['', 'none'],
  ['identity', 'none'],
  ['gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['zstd', 'zstd'],
]);

const JSON_REPLY: ReplyForm = { encoding: 'json', contentType: 'application/json' };

export interface HeadSettings {
  /** The configured one; see `isForeignPage`. */
  readonly host: string;
  readonly cors: Pick<Cors, 'allows'>;
}

export function readHead(request: HttpRequestHead, { host, cors }: HeadSettings): HttpHead {
  const { headers } = request;
  const contentType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const encoding = MEDIA_TYPES.get(contentType);
  const reply = encoding === undefined ? JSON_REPLY : { encoding, contentType };
  const refused = (outcome: Outcome): HttpHead => ({ status: 'refused', outcome, reply });

  if (!cors.allows(headers) && isForeignPage(headers, host)) return refused(outcomeOf('forbidden'));
  const signal = PATHS.get(request.url?.split('?', 1)[0] ?? '');
  if (signal === undefined) return refused(outcomeOf('not_found'));
  if (request.method !== 'POST') return refused(outcomeOf('method_not_allowed'));
  if (encoding === undefined) return refused(outcomeOf('unsupported_media_type'));
  const compression = COMPRESSIONS.get(headers['content-encoding']?.trim().toLowerCase() ?? '');
  if (compression === undefined) return refused(outcomeOf('unsupported_encoding'));

  const length = headers['content-length'];
  const contentLength = length === undefined ? undefined : Number(length);
  const sender = { authorization: headers.authorization, wandbKey: single(headers, 'wandb-api-key') };
  const projectHeader = single(headers, 'project_id');
  return { status: 'export', signal, reply, compression, projectHeader, sender, contentLength };
}

function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * Whether a browser carries this request to a name that is not ours. A web page can make its own host name
 * resolve to 127.0.0.1 and then talk to this server as its own origin (DNS rebinding); a browser sends `Origin` then.
 * Without `Origin` any name is fine: in a sidecar or behind a gateway senders use service names we cannot know.
 */
function isForeignPage(headers: IncomingHttpHeaders, host: string): boolean {
  if (headers.origin === undefined) return false;
  const name = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  return !['localhost', '127.0.0.1', '[::1]', host.toLowerCase(), `[${host.toLowerCase()}]`].includes(name);
}
