/** One call with everything that is known about it. */
import { isJsonObject } from '../bodies/json-object.ts';
import type { FeedbackRow } from '../store/feedback.ts';
import type { CallRow } from '../store/rows.ts';
import { attributesOf, opNameOf } from '../wire-call.ts';
import { conversation, inputMessages, outputMessages } from './chat.ts';
import { feedbackView } from './feedback-view.ts';
import { formatCount } from './format.ts';
import { type Fragment, type Html, html } from './html.ts';
import { clipText, jsonText } from './json-text.ts';
import { definitions, durationOf, kindBadge, moment, nameOf, statusWord } from './parts.ts';

export function callPanel(row: CallRow, feedback: readonly FeedbackRow[]): Html {
  const { otel_span: otelSpan, ...attributes } = attributesOf(row);
  const inputs: unknown = JSON.parse(row.inputs);
  const output: unknown = row.output === null ? null : JSON.parse(row.output);
  const summary: unknown = row.summary === null ? null : JSON.parse(row.summary);
  return html`<article class="call">
<h2>${nameOf(row)} ${kindBadge(row.kind)}</h2>
${facts(row)}
${usageOf(summary)}
${row.exception !== null && section('Exception', true, html`<pre class="exception">${clipText(row.exception)}</pre>`)}
${section('Inputs', true, inputsView(inputs))}
${row.output !== null && section('Output', true, outputView(output))}
${feedback.length > 0 && section(`Feedback (${feedback.length})`, true, feedback.map(feedbackView))}
${section('Attributes', false, jsonView(attributes))}
${summary !== null && section('Summary', false, jsonView(summary))}
${otelSpan !== undefined && section('OpenTelemetry span', false, jsonView(otelSpan))}
</article>`;
}

function facts(row: CallRow): Html {
  return definitions([
    ['Status', statusWord(row.status)],
    ['Duration', durationOf(row)],
    ['Started', moment(row.started_us)],
    ['Model', row.model],
    ['Op', opNameOf(row.op_name)],
    ['Call', html`<code>${row.id}</code>`],
    ['Thread', row.thread_id],
    ['Run', row.wb_run_id],
  ]);
}

/** Every count of every model. */
function usageOf(summary: unknown): Fragment {
  const usage = isJsonObject(summary) && isJsonObject(summary['usage']) ? Object.entries(summary['usage']) : [];
  return usage.map(([model, counts]) => {
    const shown = Object.entries(isJsonObject(counts) ? counts : {}).filter(([, count]) => isCount(count));
    if (shown.length === 0) return null;
    const values = shown.map(([name, count]) => [name.replaceAll('_', ' '), formatCount(Number(count))] as const);
    return html`<h3>${model}</h3>${definitions(values)}`;
  });
}

function isCount(value: unknown): value is number {
  return typeof value === 'number';
}

function inputsView(inputs: unknown): Fragment {
  const messages = inputMessages(inputs);
  if (!messages || !isJsonObject(inputs)) return jsonView(inputs);
  const { messages: _shown, ...others } = inputs;
  return [conversation(messages), Object.keys(others).length > 0 && section('Parameters', false, jsonView(others))];
}

function outputView(output: unknown): Fragment {
  const messages = outputMessages(output);
  return messages ? [conversation(messages), section('Whole output', false, jsonView(output))] : jsonView(output);
}

function jsonView(value: unknown): Html {
  return typeof value === 'string' ? html`<pre>${clipText(value)}</pre>` : html`<pre>${jsonText(value)}</pre>`;
}

function section(title: string, open: boolean, content: Fragment): Html {
  const head = html`<summary>${title}</summary><div class="body">${content}</div>`;
  return open ? html`<details open>${head}</details>` : html`<details>${head}</details>`;
}
