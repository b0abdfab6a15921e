import type { Context } from '../api/context.ts';
import { type Route, route } from '../http/route.ts';
import { STYLE_PATH, TRACE_PATH, TRACES_PATH, WORK_PATH } from './paths.ts';
import { STYLE } from './style.ts';
import { tracePage } from './trace-page.ts';
import { tracesPage } from './traces-page.ts';
import { workPage } from './work-page.ts';

export function pageRoutes(context: Context): readonly Route[] {
  return [
    route('GET', TRACES_PATH, ({ query }) => tracesPage(context, query.get('project'), pageOf(query))),
    route('GET', TRACE_PATH, ({ parameters, query }) =>
      tracePage(context, {
        project: `${parameters.entity}/${parameters.project}`,
        traceId: parameters.traceId,
        page: pageOf(query),
        callId: query.get('call'),
      }),
    ),
    route('GET', WORK_PATH, () => workPage(context)),
    route('GET', STYLE_PATH, () => ({
      status: 200,
      type: 'text/css; charset=utf-8',
      headers: { 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' },
      body: STYLE,
    })),
  ];
}

/** Pages are counted from 1; anything else is the first. */
function pageOf(query: URLSearchParams): number {
  const page = Number(query.get('page') ?? 1);
  return Number.isSafeInteger(page) && page >= 1 && page <= 1_000_000 ? page : 1;
}
