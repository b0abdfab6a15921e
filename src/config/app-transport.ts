import type { AppOptions } from './app-options.ts';

type TransportOptions = Pick<AppOptions, 'proxy' | 'ca' | 'agent'>;

/** Of how an app reaches Weave, what is not used since it cannot be: each as a warning. None shows its value. */
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
