import type { Config } from '../config/options.ts';
import { proxyEnvironment, proxySecrets } from '../config/proxy.ts';
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

/** What a proxy on the way to Weave must not repeat into the log. */
export function wayOutSecrets({ weave }: Config, { env }: Sources): readonly string[] {
  return proxySecrets(proxyEnvironment(weave.proxy?.reveal(), env));
}

/** The connections to others than Weave, such as a batch API. */
export function otherAgents({ env }: Sources, maxSockets: number): Agents {
  return createAgents({ maxSockets, proxyEnv: proxyEnvironment(undefined, env) });
}
