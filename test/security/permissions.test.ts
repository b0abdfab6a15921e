import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createBench } from '../cli/child.ts';
import { asProtobuf, traceRequest } from '../receive/otlp.ts';
import { closeAll, closeLater } from '../receive/receivers.ts';
import { startNotingWeave } from './noting-weave.ts';
import { sendTo, startBridge } from './service-world.ts';
import { temporaryFolder } from './transports.ts';

afterEach(closeAll);

const UNREACHABLE = 'weave.url=http://127.0.0.1:9';
const FREE = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
const SPANS = asProtobuf(traceRequest());
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** The modes of all that is in a folder, by path; `.` is the folder itself. */
function modesIn(dir: string): Readonly<Record<string, string>> {
  const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(['.', ...paths].map((path) => [path, modeOf(join(dir, path))]));
}

describe('the queue directory', () => {
  it('is made for its owner alone', async () => {
    const dir = temporaryFolder();
    const { addresses } = await startBridge(dir, UNREACHABLE);
    await sendTo(addresses.http, SPANS);
    const modes = modesIn(join(dir, 'queue'));
    expect(modes).toMatchObject({ '.': '700', 'queue.db': '600', 'queue.db-wal': '600', 'queue.lock': '600' });
    expect(Object.values(modes).filter((mode) => !['600', '700'].includes(mode))).toEqual([]);
  });

  it('is shut to others where it was open before, with what is in it', async () => {
    const dir = temporaryFolder();
    const first = await startBridge(dir, UNREACHABLE);
    await sendTo(first.addresses.http, SPANS);
    await first.close();
    const queue = join(dir, 'queue');
    for (const name of readdirSync(queue)) chmodSync(join(queue, name), 0o666);
    chmodSync(queue, 0o777);
    await startBridge(dir, UNREACHABLE);
    expect(modesIn(queue)).toMatchObject({ '.': '700', 'queue.db': '600', 'queue.lock': '600' });
  });

  it('is shut to others where it was made before, empty', async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'queue'));
    chmodSync(join(dir, 'queue'), 0o755);
    await startBridge(dir, UNREACHABLE);
    expect(modeOf(join(dir, 'queue'))).toBe('700');
  });

  it('keeps its rights where it holds something else, its files do not, and that is said', async () => {
    const dir = temporaryFolder();
    const queue = join(dir, 'queue');
    mkdirSync(queue);
    writeFileSync(join(queue, 'holiday.jpg'), '', { mode: 0o644 });
    chmodSync(queue, 0o777);
    const { log } = await startBridge(dir, UNREACHABLE);
    expect(modesIn(queue)).toMatchObject({ '.': '777', 'holiday.jpg': '644', 'queue.db': '600', 'queue.lock': '600' });
    expect(log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      expect.stringContaining('queue.dir is open to all users'),
    ]);
  });
});

it('whatever a process of the bridge writes is for its owner alone, the store of the local Weave too', async () => {
  const bench = createBench();
  closeLater(bench.close);
  const free = [...FREE, 'local.endpoint'].flatMap((path) => ['--set', `${path}=localhost:0`]);
  const child = bench.start(['dev', ...free, '--queue-dir', 'made/by/dev']);
  await child.ready();
  child.process.kill('SIGTERM');
  await child.exit;
  const { '.': _folderOfTheTest, ...modes } = modesIn(bench.dir);
  expect(modes).toMatchObject({ made: '700', 'made/by/dev': '700', 'made/by/dev/weave.db': '600' });
  expect(Object.values(modes).filter((mode) => !['600', '700'].includes(mode))).toEqual([]);
});

describe('a user without rights, where nothing but the queue directory can be written', () => {
  const NOBODY = 65_534;
  const isRoot = process.getuid?.() === 0;
  const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

  /** Root's own folders are shut to others, and so would be a checkout in one of them. */
  const isReachable = (path: string): boolean =>
    (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || isReachable(dirname(path)));
  const itWhereReachable = !isRoot || (isReachable(dirname(MAIN)) && isReachable(process.execPath)) ? it : it.skip;

  itWhereReachable('runs the bridge, with rules for scoring and jobs', async () => {
    const weave = await startNotingWeave();
    const dir = temporaryFolder();
    const [home, queue] = [join(dir, 'home'), join(dir, 'queue')];
    mkdirSync(home);
    mkdirSync(queue);
    const scoring = [{ name: 'all', scorers: ['weave:///a/b/object/s:v1'] }];
    writeFileSync(join(home, 'bridge.yaml'), `scoring: ${JSON.stringify(scoring)}\n`);
    if (isRoot) chownSync(queue, NOBODY, NOBODY);
    for (const path of [dir, home]) chmodSync(path, 0o555);
    closeLater(() => {
      for (const path of [dir, home]) chmodSync(path, 0o755);
    });
    const set = [
      ...FREE.map((path) => `${path}=localhost:0`),
      `weave.url=${weave.url}`,
      'weave.project=a/b',
      `queue.dir=${queue}`,
    ];
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        MAIN,
        'serve',
        '--config',
        'bridge.yaml',
        ...set.flatMap((one) => ['--set', one]),
      ],
      {
        ...{ cwd: home, env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home } },
        ...(isRoot && { uid: NOBODY, gid: NOBODY }),
      },
    );
    closeLater(() => child.kill('SIGKILL'));
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const [line] = await Promise.race([
      once(createInterface(child.stdout), 'line'),
      once(child, 'exit').then(() => [`{"died":${JSON.stringify(stderr)}}`]),
    ]);
    const ready = JSON.parse(line);
    expect(ready).toMatchObject({ ready: true });
    expect(await sendTo(ready.http, SPANS)).toBe(200);
    await weave.until(() => weave.taken.length > 0);
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(readdirSync(home)).toEqual(['bridge.yaml']);
    const modes = Object.values(modesIn(queue));
    expect(modes.filter((mode) => !['600', '700'].includes(mode))).toEqual([]);
    expect(stderr).not.toMatch(/EACCES|EROFS|EPERM/);
  });
});
