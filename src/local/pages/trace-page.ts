/** One trace: its calls as a tree on the left, the chosen one on the right. */
import type { Context } from '../api/context.ts';
import type { TextReply } from '../http/reply.ts';
import { MAX_SHOWN_FEEDBACK, MAX_TREE_CALLS, MAX_TREE_INDENT, TREE_ROWS_PER_PAGE } from '../limits.ts';
import type { CallLine } from '../store/traces.ts';
import { callRef } from '../wire-feedback.ts';
import { callPanel } from './call-panel.ts';
import { formatCount } from './format.ts';
import { type Fragment, type Html, html } from './html.ts';
import { pageReply } from './layout.ts';
import { durationOf, kindBadge, nameOf, pager, statusDot, tokensOf } from './parts.ts';
import { rowAnchor, traceLink, tracesLink } from './paths.ts';
import { treeOrder } from './tree.ts';

export interface TraceAddress {
  readonly project: string;
  readonly traceId: string;
  /** From 1. */
  readonly page: number;
  /** The id of the call to show; null for the first one. */
  readonly callId: string | null;
}

export function tracePage({ store }: Context, address: TraceAddress): TextReply {
  const { project: name, traceId, page } = address;
  const project = store.projects.find(name);
  const nodes = project ? store.traces.nodes(project.key, traceId) : [];
  if (!project || nodes.length === 0) return notFound(address);

  const placed = treeOrder(nodes);
  const shown = placed.slice((page - 1) * TREE_ROWS_PER_PAGE, page * TREE_ROWS_PER_PAGE);
  const callId = address.callId ?? shown[0]?.node.id ?? '';
  const row = store.calls.get(project.key, callId);
  const span = timeSpan(nodes);
  const marks = store.feedback.counts(
    project.key,
    shown.map(({ node }) => callRef(name, node.id)),
  );
  const rows = shown.flatMap(({ node, depth }) => {
    const line = store.traces.line(node.seq);
    if (!line) return [];
    const link = traceLink(name, traceId, { page, call: line.id });
    return [
      treeRow({
        line,
        depth,
        span,
        link,
        isChosen: line.id === callId,
        feedback: marks.get(callRef(name, line.id)) ?? 0,
      }),
    ];
  });
  const condition = { sql: 'weave_ref = ?', values: [callRef(name, callId)] };
  const feedback = store.feedback.find(project.key, condition, 0, MAX_SHOWN_FEEDBACK);
  const tree = html`<section class="tree" aria-label="Calls of this trace">
<h1>${formatCount(nodes.length)} ${nodes.length === 1 ? 'call' : 'calls'} <code>${traceId}</code></h1>
${nodes.length === MAX_TREE_CALLS && html`<p class="note">This trace has more calls: these are the first ${formatCount(MAX_TREE_CALLS)}.</p>`}
<ol>${rows}</ol>
${pager(page, page * TREE_ROWS_PER_PAGE < placed.length, (other) => traceLink(name, traceId, { page: other }))}
</section>`;
  const detail =
    row?.trace_id === traceId ? callPanel(row, feedback) : html`<p class="note">This trace has no such call.</p>`;
  return pageReply({
    title: `Trace ${traceId}`,
    trail: trail(name),
    content: html`${tree}<section class="detail" aria-label="The chosen call">${detail}</section>`,
    shape: 'panes',
  });
}

interface TimeSpan {
  readonly startUs: number;
  /** At least 1. */
  readonly lengthUs: number;
}

function timeSpan(nodes: readonly { readonly started_us: number; readonly ended_us: number | null }[]): TimeSpan {
  let startUs = Infinity;
  let endUs = -Infinity;
  for (const { started_us, ended_us } of nodes) {
    startUs = Math.min(startUs, started_us);
    endUs = Math.max(endUs, ended_us ?? started_us);
  }
  return { startUs, lengthUs: Math.max(1, endUs - startUs) };
}

interface TreeRow {
  readonly line: CallLine;
  readonly depth: number;
  readonly span: TimeSpan;
  readonly link: string;
  readonly isChosen: boolean;
  /** How many there are on the call. */
  readonly feedback: number;
}

function treeRow({ line: call, depth, span, link, isChosen, feedback }: TreeRow): Html {
  const guides = Array.from({ length: Math.min(depth, MAX_TREE_INDENT) }, () => html`<i class="guide"></i>`);
  return html`<li><a id="${rowAnchor(call.id)}" href="${link}"${isChosen && html` aria-current="true"`}>
<span class="name">${guides}${statusDot(call.status)}<b>${nameOf(call)}</b>${kindBadge(call.kind)}${feedback > 0 && html`<small class="mark" title="${feedback} feedback">★ ${feedback}</small>`}${call.model !== null && html`<small>${call.model}</small>`}</span>
<span class="number tokens">${call.tokens > 0 && html`${tokensOf(call.tokens)} tok`}</span>
<span class="number">${durationOf(call)}</span>
${bar(call, span)}
</a></li>`;
}

/** When the call ran within its trace, drawn as SVG: the page's security policy allows no inline style. */
function bar(call: CallLine, span: TimeSpan): Fragment {
  const x = (100 * (call.started_us - span.startUs)) / span.lengthUs;
  const width = (100 * ((call.ended_us ?? span.startUs + span.lengthUs) - call.started_us)) / span.lengthUs;
  const rect = html`<rect class="${call.status}" x="${Math.min(x, 99).toFixed(2)}" y="0" width="${Math.max(width, 1).toFixed(2)}" height="8" rx="1"/>`;
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${rect}</svg>`;
}

function trail(project: string): Html {
  return html`<a href="${tracesLink(project)}">${project}</a>`;
}

function notFound({ project, traceId }: TraceAddress): TextReply {
  const content = html`<div class="empty"><h1>No such trace</h1><p>${project} has no trace <code>${traceId}</code>.</p></div>`;
  return pageReply({ title: 'No such trace', trail: trail(project), content, shape: 'column' }, 404);
}
