import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { createClient } from '../../src/trigger/http/client.ts';
import { closeAll, closeLater } from '../receive/receivers.ts';

afterEach(closeAll);

it.each([
  ['Bearer', 'a-key-of-the-batch-api', 'a-key-of-the-batch-api'],
  ['Basic', btoa('api:a-key-of-weave'), 'a-key-of-weave'],
])('what a server repeats of a %s key is taken out of its answer', async (scheme, value, key) => {
  const server = createServer((_request, response) => response.end(`no such key: ${value}, ${key}`)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const client = createClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorization: () => `${scheme} ${value}`,
    ...{ timeoutMs: 5000, userAgent: 'test', maxSockets: 1 },
  });
  closeLater(() => {
    client.close();
    server.close();
  });
  expect(await client.get('v1/batches', new AbortController().signal)).toMatchObject({
    body: 'no such key: [redacted], [redacted]',
  });
});
