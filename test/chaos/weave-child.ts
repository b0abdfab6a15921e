/**
 * Run as a process of its own: a local Weave, and a front before it as a gateway would be. The front refuses certain
 * calls for good and resets connections. Tells its parent where both are; is told how many connections to reset.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { systemClock } from '../../src/core/clock.ts';
import { listen } from '../../src/core/listen.ts';
import { silentLog } from '../../src/core/log.ts';
import { startLocalWeave } from '../../src/local/local-weave.ts';
import { createDice } from './dice.ts';
import { REFUSED } from './spans.ts';

/** Small enough that batches meet it, and single large calls. */
const MAX_BODY_BYTES = 200 * 1024;

export interface Ready {
  /** What the bridge is told. */
  readonly front: string;
  /** Weave itself, for its control paths. */
  readonly weave: string;
}

/** What the parent says, and what the child answers to it. */
export interface Order {
  /** The share of requests whose connection is reset. */
  readonly resets: number;
}
export type Counts = Readonly<Record<string, number>>;

const [, , file = '', apiKey = '', seed = ''] = process.argv;
const dice = createDice(Number(seed));
const settings = { host: '127.0.0.1', port: 0, file, apiKey, maxBodyBytes: MAX_BODY_BYTES };
const weave = await startLocalWeave({ clock: systemClock, log: silentLog }, settings);
const counts = { reset: 0, 400: 0, 413: 0, 422: 0 };
let resets = 0;

async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const reset = dice.chance(resets) ? dice.pick(['before', 'after']) : 'never';
  if (reset === 'before') return cut(incoming);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const refused = Object.entries(REFUSED).find(([name]) => body.includes(`"op_name":"${name}"`));
  if (refused) {
    counts[refused[1]] += 1;
    response.writeHead(refused[1], { 'content-type': 'application/json' });
    response.end(JSON.stringify({ reason: refused[0] }));
    return;
  }
  const onward = request(weave.url + incoming.url, { method: incoming.method ?? '', headers: incoming.headers });
  onward.on('error', () => incoming.socket.destroy());
  onward.on('response', (answer) => {
    if (reset === 'after') return cut(incoming);
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.on('error', () => incoming.socket.destroy());
    answer.pipe(response);
  });
  onward.end(body);
}

function cut(incoming: IncomingMessage): void {
  counts.reset += 1;
  incoming.socket.resetAndDestroy();
}

process.on('message', (order: Order) => {
  resets = order.resets;
  process.send?.(counts);
});
process.on('disconnect', () => process.exit());
const front = createServer((incoming, response) => void handle(incoming, response).catch(() => incoming.destroy()));
const address = await listen(front, 'the front', '127.0.0.1', 0);
process.send?.({ front: `http://${address}`, weave: weave.url } satisfies Ready);
