import type { FeedbackRow } from './store/feedback.ts';

/** Feedback as Weave's API shows it. */
export function wireFeedback(row: FeedbackRow, project: string): Readonly<Record<string, unknown>> {
  const { payload, scores, ...columns } = row;
  return {
    ...columns,
    project_id: project,
    wb_user_id: null,
    payload: JSON.parse(payload) as unknown,
    ...(JSON.parse(scores) as Readonly<Record<string, unknown>>),
  };
}

/** The name by which feedback means a call. */
export function callRef(project: string, callId: string): string {
  return `weave:///${project}/call/${callId}`;
}
