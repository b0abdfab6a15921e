import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { detail, envelope, reason, type TextReply } from './reply.ts';

const UNAUTHORIZED = detail(401, 'Not authenticated', { 'www-authenticate': 'Basic realm="local Weave"' });

const NO_BEARER = envelope(401, 'authentication_error', 'send the API key as bearer token');

/** Returns the refusal of a request that may not be answered. */
export type Guard = (request: IncomingMessage) => TextReply | undefined;

/** `host`: what the server is bound to. Everybody may ask for `/health`. */
export function createGuard(host: string, apiKey: string | null): Guard {
  const checkKey = apiKey === null ? () => undefined : createKeyCheck(apiKey);
  return (request) =>
    (isLoopback(host) ? refuseForeign(request) : undefined) ??
    (request.url === '/health' ? undefined : checkKey(request));
}

/** Whether a name or address means this machine and nothing else. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(bare)) return bare === '::1' || bare.startsWith('127.') || bare.startsWith('::ffff:127.');
  return bare === 'localhost' || bare.endsWith('.localhost');
}

/**
 * A page of another site can have the browser call a server on this machine: under a name of its own that it
 * points at 127.0.0.1 (DNS rebinding: a foreign Host), or with a plain cross-site request (a foreign Origin).
 */
function refuseForeign(request: IncomingMessage): TextReply | undefined {
  const host = hostOf(`http://${request.headers.host ?? ''}`);
  if (!host || !isLoopback(host))
    return reason(403, 'This server answers only requests for localhost; use its address, such as 127.0.0.1.');
  const { origin } = request.headers;
  if (origin !== undefined && !isLoopback(hostOf(origin) ?? ''))
    return reason(403, 'This server answers no requests from pages of other sites.');
  return undefined;
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** Checks Basic authentication as Weave has it: user `api`, the API key as password. The batch API takes the key as bearer. */
function createKeyCheck(apiKey: string): Guard {
  const basic = digest(`api:${apiKey}`);
  const bearer = digest(apiKey);
  return (request) => {
    const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ');
    if (request.url?.startsWith('/v1/')) {
      const isKnown = scheme.toLowerCase() === 'bearer' && timingSafeEqual(digest(credentials), bearer);
      return isKnown ? undefined : NO_BEARER;
    }
    if (scheme.toLowerCase() !== 'basic') return UNAUTHORIZED;
    const given = digest(Buffer.from(credentials, 'base64').toString());
    return timingSafeEqual(given, basic) ? undefined : UNAUTHORIZED;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
