import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';

export interface AgentSettings {
  /** Connections kept to a server at most. */
  readonly maxSockets: number;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, followed by Node's own agents: https://nodejs.org/api/http.html#built-in-proxy-support */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
  /** Certificates (PEM) to trust beside those that Node trusts. */
  readonly ca?: readonly (string | Buffer)[];
  /** Certificate and key (PEM) for a server that asks its clients for one. */
  readonly pair?: { readonly cert: string; readonly key: string };
}

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

export function createAgents({ maxSockets, proxyEnv = {}, ca = [], pair }: AgentSettings): Agents {
  const options = { keepAlive: true, maxSockets, proxyEnv: { ...proxyEnv } };
  return {
    http: new HttpAgent(options),
    https: new HttpsAgent({
      ...options,
      ...pair,
      ...(ca.length > 0 && { ca: [...getCACertificates('default'), ...ca] }),
    }),
  };
}
