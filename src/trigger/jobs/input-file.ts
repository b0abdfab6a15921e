import { closeSync, existsSync, fdatasyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { makeDir } from '../../core/make-dir.ts';
import type { Item, Items } from '../store/items.ts';
import type { Job } from '../store/jobs.ts';

const ITEMS_AT_ONCE = 200;

export interface InputFileDeps {
  readonly items: Items;
  readonly clock: Clock;
}

/** The files that are uploaded: made of the items on disk whenever they are needed, always the same for the same job. */
export interface InputFiles {
  /** Resolves to the path of the job's file. */
  write(job: Job, endpoint: string): Promise<string>;
  /** It is no longer needed. */
  remove(job: Job): void;
}

export function createInputFiles({ items, clock }: InputFileDeps, dir: string): InputFiles {
  const pathOf = ({ submission }: Job) => join(dir, `${submission}.jsonl`);

  async function writeItems(job: Job, endpoint: string, file: number): Promise<void> {
    let last = 0;
    for (;;) {
      const page = items.ofJob(job.id, ['collected'], last, ITEMS_AT_ONCE);
      const [end] = page.slice(-1);
      if (!end) return;
      // A disk that becomes full takes part of what is written, and says so only when it is asked for the rest.
      writeFileSync(file, page.map((item) => lineOf(item, endpoint)).join(''));
      last = end.id;
      await clock.yield();
    }
  }

  return {
    async write(job, endpoint) {
      const path = pathOf(job);
      if (existsSync(path) && statSync(path).size > 0) return path;
      makeDir(dir);
      const part = `${path}.part`;
      const file = openSync(part, 'w', 0o600);
      try {
        await writeItems(job, endpoint, file);
        fdatasyncSync(file);
      } finally {
        closeSync(file);
      }
      // Under its own name it is whole.
      renameSync(part, path);
      return path;
    },
    remove: (job) => rmSync(pathOf(job), { force: true }),
  };
}

/** https://platform.openai.com/docs/api-reference/batch/request-input */
function lineOf({ customId, request }: Item, endpoint: string): string {
  const head = JSON.stringify({ custom_id: customId, method: 'POST', url: endpoint });
  return `${head.slice(0, -1)},"body":${request ?? '{}'}}\n`;
}
