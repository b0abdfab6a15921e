import type { Environment } from './given.ts';

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/** What Node's agents are told about proxies: the one that is given serves everything, else the environment counts. */
export function proxyEnvironment(proxy: string | undefined, env: Environment): Environment {
  if (proxy) return { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
  return Object.fromEntries(PROXY_VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
