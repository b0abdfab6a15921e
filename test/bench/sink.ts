import { createServer } from 'node:http';

/**
 * A process that plays Weave and counts: POST anything, the calls in it are added up by id;
 * GET / answers {calls, unique, bytes}; DELETE / starts over. Prints its URL.
 */
const CALL = /\{"project_id":"[^"]*","id":"([0-9a-f]{16})"/g;

let calls = 0;
let bytes = 0;
let ids = new Set<string>();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method === 'POST') {
      const body = Buffer.concat(chunks);
      bytes += body.length;
      for (const match of body.toString('latin1').matchAll(CALL)) {
        calls += 1;
        ids.add(match[1] ?? '');
      }
    } else if (request.method === 'DELETE') {
      calls = 0;
      bytes = 0;
      ids = new Set();
    }
    response.setHeader('content-type', 'application/json');
    response.end(request.method === 'POST' ? '{}' : JSON.stringify({ calls, unique: ids.size, bytes }));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(
    `${JSON.stringify({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` })}\n`,
  );
});
