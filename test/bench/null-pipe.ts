import { Agent, createServer, request as send } from 'node:http';

/** A process that forwards the bytes it gets to the URL in argv and does nothing else. Prints its URL. */
const target = process.argv[2] ?? '';
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.end();
    const body = Buffer.concat(chunks);
    const forward = send(target, { method: 'POST', agent, headers: { 'content-length': body.length } }, (answer) =>
      answer.resume(),
    );
    forward.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(
    `${JSON.stringify({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` })}\n`,
  );
});
