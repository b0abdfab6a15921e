import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { systemSources } from '../../src/config/sources.ts';

const dir = mkdtempSync(join(tmpdir(), 'otel-weave-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('reads a file of up to 1 MiB and no more', () => {
  const file = join(dir, 'bridge.yaml');
  writeFileSync(file, 'weave: {}');
  expect(systemSources().readText(file)).toBe('weave: {}');
  truncateSync(file, 1024 * 1024);
  expect(systemSources().readText(file)).toHaveLength(1024 * 1024);
  truncateSync(file, 1024 * 1024 + 1);
  expect(() => systemSources().readText(file)).toThrow('longer than 1048576 bytes');
});
