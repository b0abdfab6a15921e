import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { conventionsPage } from './conventions-page.ts';

const FILE = resolve(import.meta.dirname, '../../docs/conventions.md');

it('docs/conventions.md says what the rule tables say', () => {
  const page = conventionsPage();
  if (process.env['UPDATE'] === '1') writeFileSync(FILE, page);
  expect(readFileSync(FILE, 'utf8')).toBe(page);
});
