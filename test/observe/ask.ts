import { request } from 'node:http';

export interface Asked {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** One HTTP request with whatever method and headers the test wants. */
export function ask(address: string, path: string, more: { method?: string; host?: string } = {}): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const headers = more.host === undefined ? {} : { host: more.host };
    const asking = request(
      `http://${address}${path}`,
      { method: more.method ?? 'GET', headers, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}
