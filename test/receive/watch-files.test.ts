import { mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { watchFiles } from '../../src/receive/watch-files.ts';
import { createFakeClock } from '../support/fake-clock.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'otel-weave-watch-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function watch() {
  const clock = createFakeClock();
  const file = join(dir, 'file');
  writeFileSync(file, 'one');
  let changes = 0;
  const stop = watchFiles(clock, [file, join(dir, 'other')], 1000, () => {
    changes += 1;
  });
  return { clock, file, stop, changes: () => changes };
}

it.each<[string, (file: string) => void]>([
  ['is written', (file) => writeFileSync(file, 'three')],
  ['gets another time', (file) => utimesSync(file, 1, 1)],
  [
    'is replaced by another one',
    (file) => {
      writeFileSync(`${file}.new`, 'two');
      renameSync(`${file}.new`, file);
    },
  ],
  [
    'is replaced by a link, as Kubernetes does',
    (file) => {
      writeFileSync(join(dir, 'target'), 'one');
      rmSync(file);
      symlinkSync('target', file);
    },
  ],
  ['is removed', (file) => rmSync(file)],
  ['that was not there comes', (file) => writeFileSync(join(file, '../other'), '')],
])('a file that %s is noticed, once', async (_what, change) => {
  const { clock, file, changes } = watch();
  await clock.advance(1000);
  expect(changes()).toBe(0);
  change(file);
  expect(changes()).toBe(0);
  await clock.advance(1000);
  await clock.advance(1000);
  expect(changes()).toBe(1);
});

it('nothing is looked at after it was stopped, or where there are no files', async () => {
  const { clock, file, stop, changes } = watch();
  stop();
  writeFileSync(file, 'three');
  await clock.advance(1000);
  expect(changes()).toBe(0);
  watchFiles(clock, [], 1000, () => undefined)();
  expect(clock.waiting()).toBe(0);
});
