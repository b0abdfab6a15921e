import type { Config } from '../config/options.ts';
import { proxyEnvironment } from '../config/proxy.ts';
import type { Sources } from '../config/sources.ts';
import { readCertificates, readKeyPair } from '../core/pem-files.ts';
import { type Agents, createAgents } from '../send/agents.ts';

/** The connections to Weave, by way of its proxy and with its certificates. Throws TLS_UNUSABLE. */
export function weaveAgents({ weave }: Config, { env }: Sources, maxSockets: number): Agents {
  const { ca_file: ca, cert_file: cert, key_file: key } = weave.tls;
  const pair =
    cert !== undefined && key !== undefined
      ? readKeyPair({ option: 'weave.tls.cert_file', path: cert }, { option: 'weave.tls.key_file', path: key })
      : undefined;
  return createAgents({
    maxSockets,
    proxyEnv: proxyEnvironment(weave.proxy?.reveal(), env),
    ca: ca === undefined ? [] : [readCertificates({ option: 'weave.tls.ca_file', path: ca })],
    ...(pair && { pair }),
  });
}

/** The password of the proxy on the way to Weave, as it stands in the URL and as it is sent. */
export function proxySecrets({ weave }: Config, { env }: Sources): readonly string[] {
  return Object.values(proxyEnvironment(weave.proxy?.reveal(), env)).flatMap((proxy = '') => {
    const { username, password } = URL.canParse(proxy) ? new URL(proxy) : { username: '', password: '' };
    if (password === '') return [];
    const plain = decodeURIComponent(password);
    const pair = `${decodeURIComponent(username)}:${plain}`;
    return [password, plain, Buffer.from(pair).toString('base64')];
  });
}

/** The connections to others than Weave, such as a batch API. */
export function otherAgents({ env }: Sources, maxSockets: number): Agents {
  return createAgents({ maxSockets, proxyEnv: proxyEnvironment(undefined, env) });
}
