/** From a request to its answer: who may ask, what is asked, and what the fault rules make of it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Faults } from '../faults.ts';
import { MAX_URL_CHARACTERS } from '../limits.ts';
import type { Stats } from '../stats.ts';
import { type Guard, isLoopback } from './guard.ts';
import { readBody } from './read-body.ts';
import { detail, NOT_FOUND, type Reply, reason, TOO_LARGE } from './reply.ts';
import type { Route, RouteRequest } from './route.ts';
import { sendHalf, sendReply } from './send-reply.ts';

export interface DispatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: Faults;
  readonly stats: Stats;
  readonly routes: readonly Route[];
  /** What a browser is shown where there is nothing. */
  readonly missingPage: () => Reply;
  readonly guard: Guard;
  /** Aborted when the server closes: waits are cut short. */
  readonly closing: AbortSignal;
}

export interface DispatchSettings {
  readonly maxBodyBytes: number;
  /** Paths that only this machine may use, and that no fault meets. */
  readonly controlPrefix: string;
}

export function createDispatch(deps: DispatchDeps, settings: DispatchSettings) {
  const { clock, log, faults, stats, routes, closing } = deps;

  /** Resolves when the request is answered, dropped or left hanging. */
  return async function dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const path = url.split('?', 1)[0] ?? '';
    const method = request.method ?? '';
    const found = url.length > MAX_URL_CHARACTERS ? { status: 'missing' as const } : findRoute(routes, method, path);
    const name = found.status === 'found' ? `${method} ${found.route.path}` : '*';
    const answer = (reply: Reply) => {
      stats.answered(name, reply.status);
      return sendReply(response, reply);
    };

    const maxBodyBytes = found.status === 'found' ? found.route.maxBodyBytes : undefined;
    const read = await readBody(request, maxBodyBytes ?? settings.maxBodyBytes);
    if (read.status === 'gone') return void response.destroy();
    stats.came(name, read.status === 'read' ? read.body.length : 0);

    const refused = deps.guard(request);
    if (refused) return answer(refused);

    const isControl = path.startsWith(settings.controlPrefix);
    if (isControl && !isLoopback(request.socket.remoteAddress ?? '')) return answer(NOT_FOUND);
    const fault = isControl ? undefined : faults.take(method, path);

    if (fault?.delayMs !== undefined) await clock.sleep(fault.delayMs, closing);
    if (fault?.hang) return hang(response, closing);
    if (fault?.cut === 'before') return void response.destroy();
    if (fault?.status !== undefined) return answer(faultReply(fault.status, fault.body, fault.retryAfter));

    const reply = read.status === 'too_large' ? TOO_LARGE : handle();
    if (fault?.cut === 'after-commit') return void response.destroy();
    if (fault?.cut === 'half-body') return sendHalf(response, reply);
    await answer(reply);

    function handle(): Reply {
      if (path.startsWith('/v2/') && faults.behaviour().v2 === 'missing') return NOT_FOUND;
      switch (found.status) {
        case 'missing':
          return request.headers.accept?.includes('text/html') ? deps.missingPage() : NOT_FOUND;
        case 'other_method':
          return detail(405, 'Method Not Allowed', { allow: found.allow });
        case 'found':
          return handleSafely(found.run);
      }
    }

    function handleSafely(run: (request: RouteRequest) => Reply): Reply {
      const body = read.status === 'read' ? read.body : Buffer.alloc(0);
      const query = new URLSearchParams(url.slice(path.length + 1));
      try {
        return run({ query, contentType: request.headers['content-type'] ?? '', body });
      } catch (error) {
        // JSON.stringify runs out of stack on JSON that is nested some thousand levels deep, which JSON.parse reads.
        if (error instanceof RangeError && /call stack/i.test(error.message)) {
          return reason(400, 'The request is nested too deeply');
        }
        log.error('local Weave: a request failed', { route: name, error: messageOf(error) });
        return reason(500, 'Internal server error');
      }
    }
  };
}

type Found =
  | { readonly status: 'found'; readonly route: Route; readonly run: (request: RouteRequest) => Reply }
  | { readonly status: 'other_method'; readonly allow: string }
  | { readonly status: 'missing' };

function findRoute(routes: readonly Route[], method: string, path: string): Found {
  const allowed: string[] = [];
  for (const route of routes) {
    const run = route.match(path);
    if (run && route.method === method) return { status: 'found', route, run };
    if (run) allowed.push(route.method);
  }
  return allowed.length > 0 ? { status: 'other_method', allow: allowed.join(', ') } : { status: 'missing' };
}

/** Leaves a request without an answer until its client goes away or the server closes. */
function hang(response: ServerResponse, closing: AbortSignal): void {
  const drop = () => response.destroy();
  closing.addEventListener('abort', drop, { once: true });
  response.once('close', () => closing.removeEventListener('abort', drop));
}

function faultReply(status: number, body: unknown, retryAfter: number | string | undefined): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? { reason: `Fault: ${status}` });
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  return { status, type, body: text, headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) } };
}
