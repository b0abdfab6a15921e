/** Where a server listens. Port 0 lets the system pick a free one. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port`, `[::1]:4318` or, as the OpenTelemetry Collector does, `:4318` for every interface.
 * Undefined for anything else.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  return Object.freeze({ host: match[1] ?? (match[2] || '::'), port });
}

export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
