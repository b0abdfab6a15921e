import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeLater } from '../receive/receivers.ts';

export interface Noted {
  readonly project: string;
  /** The password of the user `api`. */
  readonly key: string;
  readonly calls: readonly { readonly id: string; readonly project_id: string }[];
}

/** A Weave that notes who sends what, and turns some away. */
export async function startNotingWeave() {
  const taken: Noted[] = [];
  const refused: Noted[] = [];
  const badKeys = new Set<string>();
  const badCalls = new Set<string>();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const [, user = ''] = (request.headers.authorization ?? '').split(' ');
    const key = Buffer.from(user, 'base64').toString().replace(/^api:/, '');
    const project = decodeURIComponent((request.url ?? '').replace(/^\/v2\/(.+)\/calls\/complete$/, '$1'));
    const { batch: calls } = JSON.parse(body) as { readonly batch: Noted['calls'] };
    const isBad = calls.some(({ id }) => badCalls.has(id));
    response.statusCode = badKeys.has(key) ? 401 : isBad ? 422 : 200;
    (response.statusCode === 200 ? taken : refused).push({ project, key, calls });
    server.emit('noted');
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    refused,
    badKeys,
    /** Ids of calls that are refused for good. */
    badCalls,
    /** Resolves when `found` is true. */
    async until(found: () => boolean): Promise<void> {
      while (!found()) await once(server, 'noted');
    },
  };
}
