/** Every path that the local Weave answers. */
import { batchRoutes } from './api/batches.ts';
import type { Context } from './api/context.ts';
import { controlRoutes } from './api/control.ts';
import { feedbackRoutes } from './api/feedback.ts';
import { fileRoutes } from './api/files.ts';
import { callReads } from './api/read-calls.ts';
import { scoring } from './api/score.ts';
import { serviceRoutes } from './api/service.ts';
import { v1Writes } from './api/write-v1.ts';
import { v2Writes } from './api/write-v2.ts';
import type { Route } from './http/route.ts';
import { pageRoutes } from './pages/routes.ts';

export function createRoutes(context: Context): readonly Route[] {
  return [
    ...v2Writes(context),
    ...v1Writes(context),
    ...callReads(context),
    ...scoring(context),
    ...feedbackRoutes(context),
    ...fileRoutes(context),
    ...batchRoutes(context),
    ...serviceRoutes(),
    ...controlRoutes(context),
    ...pageRoutes(context),
  ];
}
