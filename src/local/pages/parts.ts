/** Small parts that several pages show. */
import type { CallStatus } from '../store/rows.ts';
import type { CallLine } from '../store/traces.ts';
import { formatTime } from '../times.ts';
import { opNameOf } from '../wire-call.ts';
import { formatCount, formatDuration } from './format.ts';
import { type Fragment, type Html, html } from './html.ts';

const STATUS_WORDS: Readonly<Record<CallStatus, string>> = {
  success: 'success',
  error: 'error',
  running: 'running',
  descendant_error: 'error below',
};

export function statusDot(status: CallStatus): Html {
  return html`<i class="dot ${status}" title="${STATUS_WORDS[status]}"></i>`;
}

export function statusWord(status: CallStatus): Html {
  return html`<span class="status ${status}">${STATUS_WORDS[status]}</span>`;
}

/** Kinds that have a colour; any other is grey. The class must not be made from what a span says. */
const KIND_CLASSES: Readonly<Record<string, string>> = {
  llm: 'llm',
  agent: 'agent',
  tool: 'tool',
  retriever: 'search',
  search: 'search',
  embedding: 'search',
  workflow: 'workflow',
  chain: 'workflow',
};

export function kindBadge(kind: string | null): Fragment {
  if (kind === null) return null;
  const known = Object.hasOwn(KIND_CLASSES, kind.toLowerCase()) ? KIND_CLASSES[kind.toLowerCase()] : undefined;
  return html`<span class="kind ${known ?? 'other'}">${kind.slice(0, 24)}</span>`;
}

export function nameOf(call: Pick<CallLine, 'display_name' | 'op_name'>): string {
  return call.display_name ?? opNameOf(call.op_name);
}

export function durationOf(call: Pick<CallLine, 'started_us' | 'ended_us'>): string {
  return call.ended_us === null ? '…' : formatDuration(Math.max(0, call.ended_us - call.started_us));
}

export function tokensOf(tokens: number): string {
  return tokens === 0 ? '' : formatCount(tokens);
}

/** Names with their values; what is null is left out. */
export function definitions(values: readonly (readonly [string, Fragment])[]): Html {
  const shown = values.filter(([, value]) => value !== null);
  return html`<dl class="facts">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A moment, to the millisecond; `label` instead of it where that reads better. */
export function moment(us: number, label?: string): Html {
  const iso = formatTime(us);
  const readable = `${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`;
  return html`<time datetime="${iso}" title="${readable}">${label ?? readable}</time>`;
}

/** Links to the neighbours of a page of a list. */
export function pager(page: number, hasNext: boolean, link: (page: number) => string): Fragment {
  if (page === 1 && !hasNext) return null;
  return html`<nav class="pager">${page > 1 && html`<a href="${link(page - 1)}">← previous</a>`}
<span>page ${page}</span>${hasNext && html`<a href="${link(page + 1)}">next →</a>`}</nav>`;
}
