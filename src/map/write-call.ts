import type { ProjectId } from '../core/call.ts';
import { createCallAttributes } from './call-attributes.ts';
import { exceptionOf } from './exception.ts';
import { displayNameOf, opNameOf, turnIdOf } from './identity.ts';
import { inputsOutputOf } from './inputs-output.ts';
import { textOfValue } from './json-text.ts';
import type { Layout } from './layout.ts';
import { fillTemplate } from './nest.ts';
import { createOtelDump } from './otel-dump.ts';
import type { WrittenCall } from './pack.ts';
import type { SpanReading } from './read-span.ts';
import type { Redactor } from './redact.ts';
import { type Context, parentText, summaryStart, withRepeated } from './rewrite-call.ts';
import { parsedAt, type SpanView, viewOf } from './span-view.ts';
import { mayHoldHalves, withoutHalves } from './surrogates.ts';
import { createTimeFormatter } from './time.ts';
import type { Usage } from './usage.ts';

/** A span and all that was found in it. */
export interface ReadSpan extends SpanReading {
  readonly project: ProjectId;
  readonly view: SpanView;
  readonly layout: Layout;
  /** What it states of tokens, wherever they are counted. */
  readonly usage: Usage | undefined;
  readonly isModelCall: boolean;
}

export interface CallWriter {
  write(read: ReadSpan, context: Context): WrittenCall;
}

/** Writes calls as JSON text, piece by piece: what is text already is not parsed and written anew. */
export function createCallWriter(version: string, redactor?: Pick<Redactor, 'merged'>): CallWriter {
  const attributes = createCallAttributes({ name: 'otel-weave-bridge', version });
  const dump = createOtelDump();
  const times = createTimeFormatter();

  return {
    write(read, { parentId, usage, repeated }) {
      const { project, view, layout, reading } = read;
      const whole = inputsOutputOf(reading, read.usage);
      const { span, data } = redactor ? redactor.merged(view.span, whole) : { span: view.span, data: whole };
      const { inputs: found, output } = data;
      const texts = valueTexts(span === view.span ? view : viewOf(span));
      const startNs = span.startNs || reading.startNs || 0n;
      const endNs = span.endNs || reading.endNs || 0n;
      const startedAt = times.iso(startNs);
      const endedAt = times.iso(endNs < startNs ? startNs : endNs);
      const exception = exceptionOf(view, reading);
      const displayName = displayNameOf(span, reading);
      const turnId = turnIdOf(span, reading);
      // Weave's thread view wants something to show of a turn: https://github.com/wandb/weave/issues/7066
      const inputs = turnId !== undefined && Object.keys(found).length === 0 ? { messages: [] } : found;
      const status = exception === undefined ? '{"success":1,"error":0}' : '{"success":0,"error":1}';
      let head =
        `{"project_id":${JSON.stringify(project)},"id":"${span.spanId}","trace_id":"${span.traceId}"` +
        `,"parent_id":${parentText(parentId)},"op_name":${JSON.stringify(opNameOf(span, reading))}`;
      if (displayName !== undefined) head += `,"display_name":${JSON.stringify(displayName)}`;
      head +=
        `,"started_at":"${startedAt}","ended_at":"${endedAt}"` +
        `,"inputs":${JSON.stringify(inputs)},"output":${JSON.stringify(output) ?? 'null'}`;
      const { text, names: attributeNames } = attributes.write(span, layout, read, texts);
      const written = `,"attributes":${withRepeated(text, repeated)}`;
      let rest = `,${summaryStart(usage)}"status_counts":${status}}`;
      if (exception !== undefined) rest += `,"exception":${JSON.stringify(exception)}`;
      if (reading.threadId !== undefined) rest += `,"thread_id":${JSON.stringify(reading.threadId)}`;
      if (turnId !== undefined) rest += `,"turn_id":"${turnId}"`;
      if (reading.runId !== undefined) rest += `,"wb_run_id":${JSON.stringify(reading.runId)}`;
      if (reading.runStep !== undefined) rest += `,"wb_run_step":${reading.runStep}`;
      if (reading.runStepEnd !== undefined) rest += `,"wb_run_step_end":${reading.runStepEnd}`;
      rest += `,"otel_dump":${dump.write(span, fillTemplate(layout.template, texts), startedAt, endedAt)}}`;
      const isWhole = !mayHoldHalves(span);
      return {
        projectId: project,
        id: span.spanId,
        traceId: span.traceId,
        pieces: isWhole ? [head, written, rest] : [withoutHalves(head), withoutHalves(written), withoutHalves(rest)],
        attributeNames,
      };
    },
  };
}

/** The JSON text of every attribute, once: JSON held in a string goes in as it is, neither escaped nor written anew. */
function valueTexts(view: SpanView): readonly string[] {
  const texts: string[] = [];
  for (const [key, value] of view.span.attributes) {
    const isJson = typeof value === 'string' && parsedAt(view, key, value) !== undefined;
    texts.push(isJson ? value : textOfValue(value));
  }
  return texts;
}
