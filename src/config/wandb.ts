/** What W&B's own tools read, read the same way. */

const MULTI_TENANT_API = 'api.wandb.ai';
const MULTI_TENANT_TRACE_SERVER = 'https://trace.wandb.ai';

/** The trace server that belongs to a `WANDB_BASE_URL`. Text that is no URL comes back as it is, to be reported. */
export function traceServerUrl(wandbBaseUrl: string): string {
  if (!URL.canParse(wandbBaseUrl)) return wandbBaseUrl;
  const url = new URL(wandbBaseUrl);
  return url.host === MULTI_TENANT_API ? MULTI_TENANT_TRACE_SERVER : `${url.href.replace(/\/+$/, '')}/traces`;
}

/** The machines under which `wandb login` may have kept the key of a trace server. */
export function netrcMachines(weaveUrl: string): readonly string[] {
  const { hostname, origin } = new URL(weaveUrl);
  return origin === MULTI_TENANT_TRACE_SERVER ? [hostname, MULTI_TENANT_API] : [hostname];
}

/** The password of a machine in the text of a `.netrc` file. */
export function netrcPassword(netrc: string, machine: string): string | undefined {
  const words = netrc.replace(/^\s*#.*$/gm, '').split(/\s+/);
  let at = '';
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    if (word === 'machine') at = next ?? '';
    if (word === 'password' && at === machine) return next;
  }
  return undefined;
}
