import { createServer } from 'node:http';

/**
 * A process that plays Weave and counts: POST anything, the calls in it are added up by id; GET / answers
 * {calls, unique, bytes, refused, atOnce}; DELETE / starts over; PUT /down answers 503 from then on, PUT /up no more.
 * Prints its URL.
 */
const CALL = /\{"project_id":"[^"]*","id":"([0-9a-f]{16})"/g;

interface State {
  calls: number;
  bytes: number;
  /** Requests answered 503. */
  refused: number;
  /** Most requests that were there at the same time. */
  atOnce: number;
  /** By the last digit of the id: a Set holds no more than 16 million. */
  readonly ids: ReadonlyMap<string, Set<string>>;
}

const empty = (): State => ({
  calls: 0,
  bytes: 0,
  refused: 0,
  atOnce: 0,
  ids: new Map([...'0123456789abcdef'].map((digit) => [digit, new Set()])),
});

let state = empty();
let isDown = false;
let open = 0;

function take(body: Buffer): void {
  state.bytes += body.length;
  for (const [, id = ''] of body.toString('latin1').matchAll(CALL)) {
    state.calls += 1;
    state.ids.get(id.slice(-1))?.add(id);
  }
}

function told(): object {
  const { ids, ...counts } = state;
  return { ...counts, unique: [...ids.values()].reduce((sum, { size }) => sum + size, 0) };
}

const server = createServer((request, response) => {
  const { method, url } = request;
  const chunks: Buffer[] = [];
  if (method === 'POST') state.atOnce = Math.max(state.atOnce, ++open);
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (method === 'DELETE') state = empty();
    if (method === 'PUT') isDown = url === '/down';
    if (method !== 'POST') return response.end(JSON.stringify(told()));
    open -= 1;
    if (isDown) {
      state.refused += 1;
      response.statusCode = 503;
    } else take(Buffer.concat(chunks));
    return response.end('{}');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(
    `${JSON.stringify({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` })}\n`,
  );
});
