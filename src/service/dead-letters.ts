import type { Config } from '../config/options.ts';
import { BridgeError } from '../core/errors.ts';
import { routeSpans } from '../core/route.ts';
import { decodeRequest } from '../decode/request.ts';
import { type DeadLetter, openDeadLetters } from '../queue/dead-letters.ts';

export interface LetterView extends DeadLetter {
  /** Where its dead spans belong; empty where that is not known any more. */
  readonly projects: readonly string[];
}

/** Which letters are meant: those of these ids, or all; of them those that the filters let pass. */
export interface LetterChoice {
  readonly ids: readonly number[];
  /** `entity/project`. */
  readonly project?: string | undefined;
  /** Part of a reason, in any case. */
  readonly reason?: string | undefined;
}

export interface LetterDesk {
  /** The oldest first. Throws LETTER_UNKNOWN where there is none of an id. */
  find(choice: LetterChoice): readonly LetterView[];
  /** The OTLP request as it came. Throws LETTER_UNKNOWN. */
  body(id: number): Uint8Array;
  /** Returns how many there were. */
  retry(letters: readonly LetterView[]): number;
  purge(letters: readonly LetterView[]): number;
  close(): void;
}

/** Opens the dead letters of a queue directory; a bridge may be running on it. Throws QUEUE_UNREADABLE or QUEUE_NEWER. */
export function openLetterDesk({ queue, weave }: Config): LetterDesk {
  const letters = openDeadLetters(queue.dir);
  const unknown = (id: number) => new BridgeError('LETTER_UNKNOWN', `There is no dead letter ${id} in ${queue.dir}.`);

  function projectsOf({ id, encoding, project, pinned, dead }: DeadLetter): readonly string[] {
    const decoded = decodeRequest(letters.body(id) ?? new Uint8Array(), encoding);
    if (decoded.status === 'invalid') return project === null ? [] : [project];
    const ids = new Set<string>(dead.map(({ spanId }) => spanId));
    const { routed } = routeSpans(decoded.spans, project ?? weave.project ?? null, pinned);
    const own = routed.filter(({ span }) => ids.has('') || ids.has(span.spanId));
    return [...new Set(own.map((span) => span.project))];
  }

  return {
    find({ ids, project, reason }) {
      const all = letters.list();
      const missing = ids.find((id) => !all.some((letter) => letter.id === id));
      if (missing !== undefined) throw unknown(missing);
      const text = reason?.toLowerCase();
      return all
        .filter(({ id }) => ids.length === 0 || ids.includes(id))
        .filter(({ dead }) => text === undefined || dead.some((span) => span.reason.toLowerCase().includes(text)))
        .map((letter) => ({ ...letter, projects: projectsOf(letter) }))
        .filter(({ projects }) => project === undefined || projects.includes(project));
    },
    body(id) {
      const body = letters.body(id);
      if (body === undefined) throw unknown(id);
      return body;
    },
    retry: (chosen) => letters.retry(chosen.map(({ id }) => id)),
    purge: (chosen) => letters.purge(chosen.map(({ id }) => id)),
    close: letters.close,
  };
}
