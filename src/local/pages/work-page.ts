/** What was asked of the stand-ins beside Weave's own: batches of inference requests, and calls to be scored. */
import type { Context } from '../api/context.ts';
import { type BatchNow, wireBatch } from '../batch/batches.ts';
import type { TextReply } from '../http/reply.ts';
import { MAX_SHOWN_BATCHES } from '../limits.ts';
import type { StoredScoreRequest } from '../store/score-requests.ts';
import { formatAgo, formatCount } from './format.ts';
import { type Fragment, type Html, html } from './html.ts';
import { pageReply } from './layout.ts';
import { moment } from './parts.ts';

export function workPage({ store, batches, clock }: Context): TextReply {
  const nowMs = clock.now();
  const content = html`<h1>Batches</h1>
${table(
  ['Batch', 'Status', 'Created', 'Rule', 'Model', 'Answered', 'Failed', 'Files'],
  batches.list(null, MAX_SHOWN_BATCHES).map((batch) => batchRow(batch, nowMs)),
  'No batch was created yet. Rules under jobs in the config create them.',
)}
<h1>Scoring</h1>
${table(
  ['Received', 'Project', 'Calls', 'Scorers'],
  store.scoreRequests.newest(MAX_SHOWN_BATCHES).map(scoreRow),
  'No call was to be scored yet. Rules under scoring in the config ask for it.',
)}`;
  return pageReply({ title: 'Batches and scoring', trail: null, content, shape: 'column' });
}

const NUMBERS = ['Answered', 'Failed', 'Calls'];

function table(heads: readonly string[], rows: readonly Html[], empty: string): Html {
  if (rows.length === 0) return html`<p class="note">${empty}</p>`;
  return html`<div class="scroll"><table class="traces">
<thead><tr>${heads.map((head) => html`<th class="${NUMBERS.includes(head) ? 'number' : 'text'}">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

function batchRow(now: BatchNow, nowMs: number): Html {
  const { batch, status } = now;
  const { request_counts } = wireBatch(now) as { readonly request_counts: Readonly<Record<string, number>> };
  const count = (name: string) => formatCount(request_counts[name] ?? 0);
  return html`<tr>
<td><code>${batch.id}</code></td>
<td><span class="status ${classOf(status)}">${status}</span></td>
<td>${moment(batch.created_ms * 1000, formatAgo(batch.created_ms * 1000, nowMs))}</td>
<td>${batch.metadata['rule']}</td>
<td>${batch.model}</td>
<td class="number">${count('completed')} of ${formatCount(batch.requests)}</td>
<td class="number">${count('failed')}</td>
<td>${fileLink('input', batch.input_file_id)} ${fileLink('output', batch.output_file_id)} ${fileLink('errors', batch.error_file_id)}</td>
</tr>`;
}

function fileLink(name: string, id: string | null): Fragment {
  return id !== null && html`<a class="quiet" href="/v1/files/${encodeURIComponent(id)}/content">${name}</a>`;
}

/** The colours of calls, for what they mean. */
function classOf(status: BatchNow['status']): string {
  if (status === 'completed') return 'success';
  return status === 'failed' || status === 'expired' || status === 'cancelled' ? 'error' : 'running';
}

function scoreRow({
  receivedAt,
  project,
  callIds,
  scorerRefs,
}: StoredScoreRequest & { readonly project: string }): Html {
  return html`<tr>
<td>${receivedAt.slice(0, 19).replace('T', ' ')}</td>
<td>${project}</td>
<td class="number">${formatCount(callIds.length)}</td>
<td>${scorerRefs.join(', ')}</td>
</tr>`;
}
