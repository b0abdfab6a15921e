import { describe, expect, it } from '@jest/globals';
import type { ReadableSpanLike } from '../../src/decode/readable-span-like.ts';
import { createAdmission } from '../../src/otel/admission.ts';
import type { Live } from '../../src/otel/live.ts';
import { createWanted } from '../../src/otel/wanted.ts';
import { readableSpan } from '../support/readable-span.ts';
import { recordingLog } from '../support/recording-log.ts';

/** Plays the part that shows calls: `shown` says until when a span has to wait. */
function fakeLive(shown: (span: ReadableSpanLike) => Promise<void> | undefined): Live & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    started: (span) => void seen.push(span.name),
    ended: shown,
    endAll: () => Promise.resolve(),
    running: () => 0,
    cutOff: () => [],
    stop: () => undefined,
  };
}

function world(shouldExportSpan?: (span: ReadableSpanLike) => boolean, live?: Live) {
  const added: string[] = [];
  const log = recordingLog();
  const admission = createAdmission({
    add: ({ name }) => void added.push(name),
    live,
    isWanted: shouldExportSpan && createWanted(shouldExportSpan, log),
    log,
  });
  return { added, log, admission };
}

const unsampled = (n: number) =>
  readableSpan(n, {}, { spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 }) });

describe('the admission of spans', () => {
  it('lets ended spans go on, but not those that are not sampled', () => {
    const { admission, added } = world();
    admission.ended(readableSpan(1));
    admission.ended(unsampled(2));
    expect(added).toEqual(['span 1']);
    expect(admission.counts()).toEqual({ ended: 1, held: 0, filtered: 0, dropped: 0 });
  });

  it('leaves out and counts what the app does not want', () => {
    const { admission, added } = world(({ name }) => name !== 'span 2');
    for (const n of [1, 2, 3]) admission.ended(readableSpan(n));
    expect(added).toEqual(['span 1', 'span 3']);
    expect(admission.counts()).toMatchObject({ ended: 3, filtered: 1 });
  });

  it('leaves out a span for which the app throws, and says so without throwing', () => {
    const { admission, added, log } = world(() => {
      throw new Error('not today');
    });
    admission.ended(readableSpan(1));
    expect(added).toEqual([]);
    expect(admission.counts().filtered).toBe(1);
    expect(log.lines[0]?.fields).toEqual({ reason: 'not today' });
  });

  it('throws for nothing that a span may be', () => {
    const live = fakeLive(() => undefined);
    const { admission, log } = world(undefined, live);
    for (const broken of [{}, { spanContext: () => undefined }] as unknown as ReadableSpanLike[]) {
      admission.started(broken);
      admission.ended(broken);
    }
    expect(log.lines).toHaveLength(4);
    expect(admission.counts().ended).toBe(0);
  });

  it('drops and counts what ends after the end', () => {
    const { admission, added } = world();
    admission.close();
    admission.ended(readableSpan(1));
    expect(added).toEqual([]);
    expect(admission.counts()).toMatchObject({ ended: 1, dropped: 1 });
  });

  it('tells of the start of sampled spans where calls are shown live', () => {
    const live = fakeLive(() => undefined);
    const { admission } = world(undefined, live);
    admission.started(readableSpan(1));
    admission.started(unsampled(2));
    admission.close();
    admission.started(readableSpan(3));
    expect(live.seen).toEqual(['span 1']);
  });

  it('keeps a span back until the start of its call has been answered', async () => {
    let answered = () => {};
    const start = new Promise<void>((resolve) => (answered = resolve));
    const { admission, added } = world(
      () => false,
      fakeLive(({ name }) => (name === 'span 1' ? start : undefined)),
    );
    admission.ended(readableSpan(1));
    expect(admission.counts()).toMatchObject({ held: 1, filtered: 0 });
    expect(added).toEqual([]);
    answered();
    await admission.settled();
    expect(added).toEqual(['span 1']);
    expect(admission.counts().held).toBe(0);
  });

  it('lets what is kept back go on at once when the process ends, and only once', async () => {
    let answered = () => {};
    const start = new Promise<void>((resolve) => (answered = resolve));
    const { admission, added } = world(
      undefined,
      fakeLive(() => start),
    );
    admission.ended(readableSpan(1));
    admission.release();
    answered();
    await start;
    await admission.settled();
    expect(added).toEqual(['span 1']);
  });
});
