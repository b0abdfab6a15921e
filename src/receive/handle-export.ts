/** What an OTLP export request comes to, whatever brought it: the same for HTTP, gRPC, Kafka and files. */
import { type ProjectId, parseProjectId } from '../core/call.ts';
import { contentEvent } from '../core/content-log.ts';
import { messageOf } from '../core/errors.ts';
import type { Encoding } from '../core/ports.ts';
import type { Checked } from '../decode/check.ts';
import { decodeLogs } from '../decode/logs.ts';
import type { Sender } from './admit.ts';
import { countItems } from './dropped-items.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import type { ReceiverDeps } from './receiver.ts';

export type ExportSignal = 'traces' | 'logs' | 'metrics';

export interface ExportRequest {
  readonly signal: ExportSignal;
  readonly encoding: Encoding;
  /** After decompression. */
  readonly body: Uint8Array;
  /** The header or metadata `project_id` as it came. */
  readonly projectHeader: string | undefined;
  /** Undefined: nobody in particular. */
  readonly sender?: Sender;
}

export interface ExportSettings {
  readonly transport: 'http' | 'grpc' | 'kafka' | 'file';
  readonly defaultProjectKnown: boolean;
  /** Whether log records that hold the content of spans are kept for them; else all are dropped. */
  readonly joinLogs: boolean;
}

/** Resolves when the request is durable or refused. Never rejects. */
export type HandleExport = (request: ExportRequest) => Promise<Outcome>;

const UNROUTED =
  'of the spans name no project: set weave.project (WEAVE_PROJECT) on the bridge, send the header `project_id: entity/project`, ' +
  'or set the resource attributes wandb.entity and wandb.project';

export function createHandleExport(deps: ReceiverDeps, settings: ExportSettings): HandleExport {
  const { accept, check, counters, log } = deps;
  const { transport, defaultProjectKnown, joinLogs } = settings;

  async function handle(request: ExportRequest): Promise<Outcome> {
    const project = projectOf(request);
    if (project === undefined) {
      return outcomeOf('invalid', { message: 'The project_id header must be `entity/project`.' });
    }
    // An exporter with nothing to say sends nothing, in JSON too.
    if (request.body.length === 0) return outcomeOf('success');
    switch (request.signal) {
      case 'traces':
        return traces(request, project);
      case 'logs':
        return logs(request, project);
      case 'metrics':
        return drop(request, request.signal);
    }
  }

  async function traces(request: ExportRequest, project: ProjectId | null): Promise<Outcome> {
    const checked = check(request.body, request.encoding);
    if (checked.status === 'invalid') return outcomeOf('invalid', { message: checked.message });
    const unrouted = project === null && !defaultProjectKnown ? checked.unrouted : 0;
    const spans = checked.spans - unrouted;
    if (spans > 0) {
      const refused = await refusal(request, project, spans);
      if (refused) {
        counters.add('receiver_refused_spans', spans, { transport });
        return refused;
      }
      counters.add('receiver_accepted_spans', spans, { transport });
    }
    return answerFor(checked, unrouted);
  }

  /** Records that hold the content of spans are kept for them; all others are of no use here. */
  async function logs(request: ExportRequest, project: ProjectId | null): Promise<Outcome> {
    if (!joinLogs) return drop(request, 'logs');
    const decoded = decodeLogs(request.body, request.encoding);
    if (decoded.status === 'invalid') return outcomeOf('invalid', { message: decoded.message });
    const content = decoded.records.filter((record) => contentEvent(record) !== undefined).length;
    const refused = content === 0 ? undefined : await refusal(request, project, 0);
    if (refused) return refused;
    counters.add('receiver_accepted_log_records', content, { transport });
    counters.add('receiver_dropped_items', decoded.records.length - content, { signal: 'logs' });
    return outcomeOf('success');
  }

  /** Offers the request to the queue; what it answers where it does not take it. */
  async function refusal(
    { signal, encoding, body, sender }: ExportRequest,
    project: ProjectId | null,
    spans: number,
  ): Promise<Outcome | undefined> {
    const outcome = await accept({
      signal: signal === 'logs' ? 'logs' : 'traces',
      encoding,
      project,
      spans,
      body,
      ...(sender?.project && { pinned: true }),
      ...(sender?.account && { account: sender.account }),
    });
    switch (outcome.status) {
      case 'accepted':
        return undefined;
      case 'full':
        return outcomeOf('full', { retryAfterMs: outcome.retryAfterMs });
      case 'unavailable':
        return outcomeOf('unavailable', { message: outcome.message, retryAfterMs: outcome.retryAfterMs });
    }
  }

  function answerFor(checked: Checked, unrouted: number): Outcome {
    const rejected = checked.rejected + unrouted;
    if (rejected === 0) return outcomeOf('success');
    counters.add('receiver_rejected_spans', rejected, { transport });
    const reasons = [checked.rejected > 0 ? checked.message : '', unrouted > 0 ? `${unrouted} ${UNROUTED}` : ''];
    return outcomeOf('partial_success', { rejected, message: reasons.filter((reason) => reason !== '').join('; ') });
  }

  /** Success keeps an SDK quiet that sends all signals to one endpoint, as the OpenTelemetry SDKs do by default. */
  function drop(request: ExportRequest, signal: 'logs' | 'metrics'): Outcome {
    const items = countItems(signal, request.body, request.encoding);
    if (items === undefined) return outcomeOf('invalid');
    counters.add('receiver_dropped_items', items, { signal });
    return outcomeOf('success');
  }

  return async (request) => {
    try {
      return await handle(request);
    } catch (thrown) {
      log.error('an export request failed', { transport, signal: request.signal, reason: messageOf(thrown) });
      return outcomeOf('internal');
    }
  };
}

/** The project of the sender's key, else that of the header; undefined where the header names none. */
function projectOf({ sender, projectHeader }: ExportRequest): ProjectId | null | undefined {
  if (sender?.project) return sender.project;
  return projectHeader === undefined ? null : parseProjectId(projectHeader);
}
