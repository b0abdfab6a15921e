import type { Environment } from './given.ts';

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/** What Node's agents are told about proxies: the one that is given serves everything, else the environment counts. */
export function proxyEnvironment(proxy: string | undefined, env: Environment): Environment {
  if (proxy) return { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
  return Object.fromEntries(
    PROXY_VARIABLES.flatMap((name) => {
      const { [name]: value } = env;
      return value ? [[name, isList(name) ? value : asUrl(value)]] : [];
    }),
  );
}

const isList = (name: string) => name.toLowerCase() === 'no_proxy';

/** `proxy:3128`, as curl, Python and Go take it: Node would go without the proxy, and not say so. */
const asUrl = (value: string) => (value.includes('://') ? value : `http://${value}`);

/** The passwords of these proxies, as they stand in their URLs and as they are sent. */
export function proxySecrets(proxyEnv: Environment): readonly string[] {
  return Object.values(proxyEnv).flatMap((proxy = '') => {
    const { username, password } = URL.parse(proxy) ?? { username: '', password: '' };
    if (password === '') return [];
    const plain = decoded(password);
    const pair = `${decoded(username)}:${plain}`;
    return [password, plain, Buffer.from(pair).toString('base64')];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone %.
  }
}
