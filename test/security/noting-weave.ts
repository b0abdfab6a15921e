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
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const [, user = ''] = (request.headers.authorization ?? '').split(' ');
    const key = Buffer.from(user, 'base64').toString().replace(/^api:/, '');
    const project = decodeURIComponent((request.url ?? '').replace(/^\/v2\/(.+)\/calls\/complete$/, '$1'));
    const isBad = badKeys.has(key);
    (isBad ? refused : taken).push({ project, key, calls: JSON.parse(body).batch });
    server.emit('noted');
    response.statusCode = isBad ? 401 : 200;
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
    /** Resolves when `found` is true. */
    async until(found: () => boolean): Promise<void> {
      while (!found()) await once(server, 'noted');
    },
  };
}
