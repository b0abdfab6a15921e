/** The newest traces of one project, or of all. */
import type { Context } from '../api/context.ts';
import type { TextReply } from '../http/reply.ts';
import { TRACES_PER_PAGE } from '../limits.ts';
import type { TraceLine } from '../store/traces.ts';
import { formatAgo, formatCount } from './format.ts';
import { type Html, html } from './html.ts';
import { pageReply } from './layout.ts';
import { durationOf, kindBadge, moment, nameOf, pager, statusWord, tokensOf } from './parts.ts';
import { traceLink, tracesLink } from './paths.ts';

/** `page` counts from 1. */
export function tracesPage({ store, clock, otlpUrl }: Context, project: string | null, page: number): TextReply {
  // One more than is shown, to know whether there is another page.
  const lines = store.traces.newest(project, (page - 1) * TRACES_PER_PAGE, TRACES_PER_PAGE + 1);
  const shown = lines.slice(0, TRACES_PER_PAGE);
  const nowMs = clock.now();
  const content =
    shown.length === 0 && page === 1
      ? emptyState(project, otlpUrl())
      : html`<h1>Traces</h1>
<div class="scroll"><table class="traces">
<thead><tr><th>Name</th><th>Status</th><th class="extra">Started</th><th class="number">Duration</th><th class="number extra">Calls</th><th class="number">Tokens</th><th class="extra">Project</th></tr></thead>
<tbody>${shown.map((line) => traceRow(line, nowMs))}</tbody>
</table></div>
${pager(page, lines.length > TRACES_PER_PAGE, (other) => tracesLink(project, other))}`;
  return pageReply({
    title: project === null ? 'Traces' : `Traces of ${project}`,
    trail:
      project !== null && html`<span>${project}</span> <a class="clear" href="${tracesLink(null)}">all projects</a>`,
    content,
    shape: 'column',
  });
}

function traceRow(line: TraceLine, nowMs: number): Html {
  const { head } = line;
  return html`<tr>
<td><a href="${traceLink(line.project, line.trace_id)}">${nameOf(head)}</a> ${kindBadge(head.kind)}</td>
<td>${statusWord(head.status)}</td>
<td class="extra">${moment(head.started_us, formatAgo(head.started_us, nowMs))}</td>
<td class="number">${durationOf(head)}</td>
<td class="number extra">${formatCount(line.calls)}</td>
<td class="number">${tokensOf(line.tokens)}</td>
<td class="extra"><a class="quiet" href="${tracesLink(line.project)}">${line.project}</a></td>
</tr>`;
}

/** A span that anybody can send with what is on their machine. */
function sampleCommand(otlpUrl: string): string {
  return `now=$(date +%s)
curl ${otlpUrl}/v1/traces -H 'content-type: application/json' -d '{
  "resourceSpans":[{"scopeSpans":[{"spans":[{
  "traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'","name":"hello",
  "startTimeUnixNano":"'$now'000000000","endTimeUnixNano":"'$now'250000000"}]}]}]}'`;
}

function emptyState(project: string | null, otlpUrl: string): Html {
  return html`<div class="empty">
<h1>No traces${project !== null && ` in ${project}`} yet</h1>
<p>Point any OpenTelemetry exporter at <code>${otlpUrl}</code>, for example with
<code>OTEL_EXPORTER_OTLP_ENDPOINT=${otlpUrl}</code>, start <code>otel-weave dev --sample</code> to look at recorded
traces, or send a first span by hand:</p>
<pre>${sampleCommand(otlpUrl)}</pre>
<p>Then <a href="${tracesLink(project)}">look again</a>.</p>
</div>`;
}
