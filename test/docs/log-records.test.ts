import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CONTENT_EVENTS } from '../../src/core/content-log.ts';
import { VAIN_WAITS } from '../../src/join/silence.ts';
import { MAX_WAITING_RECORD_BYTES, MAX_WAITING_SPANS } from '../../src/service/delivery.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/log-records.md'), 'utf8');

describe('docs/log-records.md', () => {
  it('names every record that is read, and no other', () => {
    const rows = PAGE.split('\n').filter((line) => /^\| `(gen_ai|claude_code|codex)\./.test(line));
    const names = rows.flatMap((row) => row.match(/`(gen_ai|claude_code|codex)\.[\w.]+`/g) ?? []);
    expect(new Set(names.map((name) => name.replaceAll('`', '')))).toEqual(CONTENT_EVENTS);
  });

  it('tells the limits as they are', () => {
    expect(PAGE).toContain(`Once ${VAIN_WAITS} calls of one service, scope and span name`);
    const spans = MAX_WAITING_SPANS.toLocaleString('en');
    expect(PAGE).toContain(`At most ${spans} calls wait at a time, and ${MAX_WAITING_RECORD_BYTES / 2 ** 20} MiB`);
  });
});
