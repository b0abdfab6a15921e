import { type JobDetails, type JobView, openJobDesk } from '../service/jobs.ts';
import type { Arguments } from './arguments.ts';
import { prepare } from './config.ts';
import type { Host } from './host.ts';
import { ageText, tableText } from './table.ts';

type JobsArguments = Extract<Arguments, { command: 'jobs' }>;

const MAX_LISTED = 100;
/** Of one rule and a batch an hour those of a month, after which they are forgotten, and more. */
const MAX_FOUND = 5000;

/** `otel-weave jobs list|show|resume|cancel`: batch jobs and how far they are. */
export async function jobs({ config: given, action, id, anew }: JobsArguments, host: Host): Promise<void> {
  const { config } = prepare(given, { keyNeeded: false }, host, 'text');
  const desk = openJobDesk(config, host.clock);
  try {
    host.stdout.write(`${answer()}\n`);
  } finally {
    desk.close();
  }

  function answer(): string {
    switch (action) {
      case 'list':
        return listText(desk.list(MAX_FOUND), host.clock.now());
      case 'show':
        return detailsText(desk.show(id));
      case 'resume':
        return anew ? desk.resume(id, 'anew') : desk.resume(id);
      case 'cancel':
        return desk.cancel(id);
    }
  }
}

function listText(list: readonly JobView[], nowMs: number): string {
  if (list.length === 0) return 'No job has been begun yet.';
  // What may need a person stands first, however old it is.
  const { ended = [], open = [] } = Object.groupBy(list, ({ state }) =>
    state === 'done' || state === 'cancelled' ? 'ended' : 'open',
  );
  const rows = [...open, ...ended]
    .slice(0, MAX_LISTED)
    .map((job) => [
      String(job.id),
      job.rule,
      job.state,
      progressOf(job),
      String(job.items.failed ?? 0),
      job.costUsd === null ? '' : `$${job.costUsd.toFixed(4)}`,
      ageText(nowMs - job.createdAtMs),
      job.batchId ?? '',
    ]);
  const table = tableText([['JOB', 'RULE', 'STATE', 'PROGRESS', 'FAILED', 'COST', 'AGE', 'BATCH'], ...rows]);
  return list.length > rows.length ? `${table}\n… and ${list.length - rows.length} more.` : table;
}

/** How far a job is with what it does now. */
function progressOf({ state, requests, batchDone, items }: JobView): string {
  const { answered = 0, writing = 0, written = 0 } = items;
  switch (state) {
    case 'collecting':
    case 'sealed':
    case 'uploaded':
    case 'creating':
    case 'held':
    case 'cancelled':
      return requests === 1 ? '1 request' : `${requests} requests`;
    case 'submitted':
    case 'ended':
      return `${batchDone} of ${requests} answered`;
    case 'ingested':
    case 'done':
      return `${written} of ${answered + writing + written} written back`;
  }
}

function detailsText(job: JobDetails): string {
  const facts: readonly (readonly [string, string | number | null])[] = [
    ['job', job.id],
    ['rule', `${job.rule} (version ${job.version})`],
    ['state', job.state],
    ['progress', progressOf(job)],
    ['why', job.reason],
    ['created', new Date(job.createdAtMs).toISOString()],
    ['requests', `${job.requests} (${job.bytes} bytes)`],
    ['batch', job.batchId && `${job.batchId} (${job.batchStatus})`],
    ['cancel', job.cancel],
    ['cost', job.costUsd === null ? null : `$${job.costUsd.toFixed(6)}`],
    [
      'items',
      Object.entries(job.items)
        .map(([state, count]) => `${count} ${state}`)
        .join(', '),
    ],
    ...job.failures.map(({ reason, requests }) => ['failed', `${requests} x ${reason}`] as const),
  ];
  return tableText(facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, String(value)]])));
}
