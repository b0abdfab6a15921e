import { json } from '../http/reply.ts';
import { type Route, route } from '../http/route.ts';

/** What a client asks before it starts. */
export function serviceRoutes(): readonly Route[] {
  return [
    route('GET', '/health', () => json({ status: 'ok' })),
    route('GET', '/server_info', () => json({ min_required_weave_python_version: '0.0.1' })),
  ];
}
