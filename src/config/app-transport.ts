import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';

/** How an app reaches Weave. */
export interface TransportOptions {
  /** Proxy for the way out; else `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. */
  readonly proxy?: string | undefined;
  /** Certificates (PEM) to trust beside Node's own. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /** Agents in place of the exporter's own, which follow `proxy` and `ca`. */
  readonly agent?: { readonly http?: HttpAgent; readonly https?: HttpsAgent } | undefined;
}

/** What cannot be used is left out, each with a warning. None shows its value. */
export function usableTransport({ proxy, ca, agent }: TransportOptions): TransportOptions & {
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  const isAgent =
    agent === undefined || agent === null || Object.hasOwn(agent, 'http') || Object.hasOwn(agent, 'https');
  if (!isAgent) warnings.push('The option agent is { http, https }, agents of Node: what it holds else is left out');
  const isProxy = !proxy || /^https?:$/.test(URL.parse(proxy)?.protocol ?? '');
  if (!isProxy) warnings.push('The option proxy is no http or https URL: it is left out');
  const isPem = [ca ?? []].flat().every((pem) => String(pem).includes('-----BEGIN CERTIFICATE-----'));
  if (!isPem) warnings.push('The option ca holds something else than certificates as PEM, of which nothing is trusted');
  return { proxy: isProxy ? proxy : undefined, ca, agent: isAgent ? agent : undefined, warnings };
}
