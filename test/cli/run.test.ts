import { describe, expect, it } from '@jest/globals';
import { runInProcess } from './in-process.ts';

describe('otel-weave', () => {
  it.each<[string[], number, RegExp, RegExp]>([
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    [['--help'], 0, /Commands:/, /^$/],
    [[], 2, /^$/, /Usage: otel-weave/],
    [['serv'], 2, /^$/, /Did you mean serve\?\)\nSee `otel-weave --help`\.\n$/],
    [['serve'], 2, /^$/, /weave\.api_key: missing.*\nCorrect the options listed above\.\n$/],
    [['pipe', 'gone.jsonl', '--project', 'a/b', '--dry-run'], 1, /^$/, /Cannot read gone\.jsonl.*\nCheck the path/],
  ])('%j exits with %d', async (args, code, stdout, stderr) => {
    const ran = await runInProcess(args);
    expect(ran).toEqual({ code, stdout: expect.stringMatching(stdout), stderr: expect.stringMatching(stderr) });
  });
});
