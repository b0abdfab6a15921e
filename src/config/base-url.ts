/** The text as an http or https URL without a slash at its end, so that a path can be appended. Undefined for anything else, and for one with credentials or a query. */
export function parseBaseUrl(text: string): string | undefined {
  const parts = URL.canParse(text) ? new URL(text) : undefined;
  if (!parts || !/^https?:$/.test(parts.protocol) || parts.username || parts.password) return undefined;
  return parts.search || parts.hash ? undefined : parts.href.replace(/\/+$/, '');
}

/** Whether a URL leads to this machine: a Weave there asks for no key. */
export function isThisMachine(url: string): boolean {
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);
}
