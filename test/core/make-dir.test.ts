import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeDir } from '../../src/core/make-dir.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'make-dir-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('a directory', () => {
  it('is made with all that is missing above it, for its owner alone, and may be there already', () => {
    const dir = join(base, 'a/b/c');
    makeDir(dir);
    makeDir(dir);
    for (const one of [dir, join(base, 'a')]) expect(statSync(one).mode & 0o777).toBe(0o700);
  });

  it('is the one that a link leads to', () => {
    symlinkSync(base, join(base, 'link'));
    makeDir(join(base, 'link'));
    makeDir(join(base, 'link/a/b'));
    expect(statSync(join(base, 'a/b')).isDirectory()).toBe(true);
  });

  it('cannot be made of a file, nor below one, nor behind a link to nowhere', () => {
    writeFileSync(join(base, 'file'), '');
    symlinkSync(join(base, 'nowhere'), join(base, 'link'));
    expect(() => makeDir(join(base, 'file'))).toThrow(/EEXIST/);
    expect(() => makeDir(join(base, 'file/a/b'))).toThrow(/EEXIST.*file'/);
    expect(() => makeDir(join(base, 'link/a'))).toThrow();
  });

  it('cannot be made in a working directory that was deleted, which is said and not tried for ever', () => {
    const script = `
      const { makeDir } = await import(${JSON.stringify(resolve('src/core/make-dir.ts'))});
      fs.rmdirSync(process.cwd());
      try { makeDir('spool/a') } catch ({ code }) { process.stdout.write(code) }`;
    const args = [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      `import fs from 'node:fs';${script}`,
    ];
    expect(execFileSync(process.execPath, args, { cwd: base, timeout: 10_000, encoding: 'utf8' })).toBe('ENOENT');
  });
});
