import { describe, expect, it } from '@jest/globals';
import { createKeySource } from '../../src/config/key-source.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Sources } from '../../src/config/sources.ts';

const NETRC = '/home/me/.netrc';
const KEY_FILE = '/run/secrets/key';
const netrc = (key: string) => `machine api.wandb.ai login user password ${key}`;

/** A config loaded from these files, and its key source; what stands in the files may change later. */
function setUp(files: Record<string, string>, env: Record<string, string> = {}, set: readonly string[] = []) {
  const sources: Sources = {
    env,
    netrcFile: NETRC,
    readText(path) {
      const text = files[path];
      if (text === undefined) throw new Error('no such file');
      return text;
    },
  };
  const { config } = loadConfig({ keyNeeded: true, set }, sources);
  return { config, key: createKeySource(config, sources) };
}

const IN_FILE = [`weave.api_key_file=${KEY_FILE}`];

describe('the key source', () => {
  it('reads the key file again, without the white space around the key', () => {
    const files: Record<string, string> = { [KEY_FILE]: 'first\n' };
    const { config, key } = setUp(files, {}, IN_FILE);
    expect([config.weave.api_key?.reveal(), key()]).toEqual(['first', 'first']);
    files[KEY_FILE] = ' second ';
    expect(key()).toBe('second');
  });

  it.each(['', '  \n'])('goes on with the key it had while the file is %j or gone', (text) => {
    const files: Record<string, string> = { [KEY_FILE]: 'first' };
    const { key } = setUp(files, {}, IN_FILE);
    files[KEY_FILE] = text;
    expect(key()).toBe('first');
    delete files[KEY_FILE];
    expect(key()).toBe('first');
  });

  it('lets the key file count before every other source', () => {
    const files = { [KEY_FILE]: 'file', [NETRC]: netrc('netrc') };
    expect(setUp(files, { WANDB_API_KEY: 'env' }, IN_FILE).key()).toBe('file');
  });

  it('reads ~/.netrc again where the key is from there', () => {
    const files: Record<string, string> = { [NETRC]: netrc('first') };
    const { key } = setUp(files);
    files[NETRC] = netrc('second');
    expect(key()).toBe('second');
    delete files[NETRC];
    expect(key()).toBe('first');
  });

  it('keeps to a key that was given elsewhere, whatever ~/.netrc says', () => {
    const files: Record<string, string> = { [NETRC]: netrc('netrc') };
    const { key } = setUp(files, { WANDB_API_KEY: 'env' });
    files[NETRC] = netrc('other');
    expect(key()).toBe('env');
  });

  it('has none where none is needed', () => {
    expect(setUp({}, { WF_TRACE_SERVER_URL: 'http://localhost:6007' }).key()).toBeNull();
  });

  it('is not made from a file that cannot be read: the config says so', () => {
    const message = expect.stringContaining(`weave.api_key_file: cannot read a key from ${KEY_FILE}: it is empty`);
    expect(() => setUp({}, {}, IN_FILE)).toThrow(/cannot read a key from [^\n]+: [^\n]+/);
    expect(() => setUp({}, {}, IN_FILE)).not.toThrow(/missing/);
    expect(() => setUp({ [KEY_FILE]: ' ' }, {}, IN_FILE)).toThrow(expect.objectContaining({ message }));
  });
});
