import { z } from 'zod';
import { parseProjectId } from '../core/call.ts';
import { messageOf } from '../core/errors.ts';
import { parseBaseUrl } from './base-url.ts';
import { parseEndpoint } from './endpoint.ts';
import { createSecret } from './secret.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts';

const MAX_TEXT_LENGTH = 4096;
const MAX_LIST_LENGTH = 1000;

/** How one kind of option is read. Every source gives text: a flag, a variable, or a YAML scalar as it is written. */
export interface OptionType<T> {
  readonly schema: z.ZodType<T, string>;
  /** Completes "allowed is …". */
  readonly allowed: string;
  /** Stands for the value in a usage line. */
  readonly placeholder: string;
  readonly secret: boolean;
  /** True for a list: in YAML written as one, elsewhere as JSON. */
  readonly list?: true;
}

const text = z.string().min(1).max(MAX_TEXT_LENGTH);

/** A type whose `parse` gives undefined for text that it does not know. */
function parsed<T>(placeholder: string, allowed: string, parse: (given: string) => T | undefined): OptionType<T> {
  const schema = text.transform((given, context) => {
    const value = parse(given);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });
  return { schema, allowed, placeholder, secret: false };
}

const within = (value: number | undefined, min: number, max: number): number | undefined =>
  value !== undefined && value >= min && value <= max ? value : undefined;

/** In milliseconds. */
export function duration(minMs: number, maxMs: number): OptionType<number> {
  const range = `from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  return parsed('duration', `a duration ${range}, such as 200ms, 30s or 5m`, (given) =>
    within(parseDuration(given), minMs, maxMs),
  );
}

/** In bytes. */
export function size(minBytes: number, maxBytes: number): OptionType<number> {
  const range = `from ${formatSize(minBytes)} to ${formatSize(maxBytes)}`;
  return parsed('size', `a size ${range}, such as 512KiB, 64MiB or 1GiB`, (given) =>
    within(parseSize(given), minBytes, maxBytes),
  );
}

export function integer(min: number, max: number): OptionType<number> {
  return parsed('number', `a whole number from ${min} to ${max}`, (given) =>
    within(/^\d+$/.test(given) ? Number(given) : undefined, min, max),
  );
}

export function choice<const T extends string>(choices: readonly T[]): OptionType<T> {
  return parsed(choices.join('|'), `one of ${choices.join(', ')}`, (given) => choices.find((one) => one === given));
}

export const bool: OptionType<boolean> = parsed('true|false', 'true or false', (given) =>
  given === 'true' ? true : given === 'false' ? false : undefined,
);

/**
 * A list of objects. Items come from YAML, where every scalar is text: `item` has to read numbers and patterns from it.
 * A problem is told with the place of the member that has it.
 */
export function list<T>(item: z.ZodType<T>, allowed: string): OptionType<readonly T[]> {
  const schema = z
    .string()
    .transform((given, context): unknown => {
      try {
        return JSON.parse(given);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be a list in YAML, or JSON' });
        return z.NEVER;
      }
    })
    .pipe(z.array(item).max(MAX_LIST_LENGTH));
  return { schema, allowed, placeholder: 'JSON', secret: false, list: true };
}

/** A regular expression as text: `^chat`, or with flags `/^chat/i`. */
export const pattern: z.ZodType<RegExp> = z
  .string()
  .max(MAX_TEXT_LENGTH)
  .transform((given, context) => {
    const [, source = given, flags = ''] = /^\/(.*)\/([imsu]*)$/s.exec(given) ?? [];
    try {
      return new RegExp(source, flags);
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
      return z.NEVER;
    }
  });

export const endpoint = parsed(
  'host:port',
  'host:port, [ipv6]:port or :port, with port 0 for a free one',
  parseEndpoint,
);

export const path: OptionType<string> = parsed('path', 'a path', (given) => (given.includes('\0') ? undefined : given));

/** Text that `isValid` takes as it is. */
export const named = (placeholder: string, allowed: string, isValid: (given: string) => boolean): OptionType<string> =>
  parsed(placeholder, allowed, (given) => (isValid(given) ? given : undefined));

export const project = parsed('entity/project', 'a W&B project as entity/project', parseProjectId);

/** Without a trailing slash, so that a path can be appended. */
export const url: OptionType<string> = parsed('url', 'an http or https URL without credentials or query', parseBaseUrl);

/** Anything that can travel in an HTTP header. */
export const secret = {
  ...parsed('secret', 'printable text without spaces', (given) =>
    /^[\x21-\x7e]+$/.test(given) ? createSecret(given) : undefined,
  ),
  secret: true,
};

/** Unlike a key it may hold spaces and any letters. */
export const password = {
  ...parsed('secret', 'text without control characters', (given) =>
    /\p{Cc}/u.test(given) ? undefined : createSecret(given),
  ),
  secret: true,
};

/** Secret, since it may hold a password. */
export const proxyUrl = {
  ...parsed('url', 'an http or https URL of a proxy, with user:password@ where it asks for them', (given) =>
    URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) ? createSecret(given) : undefined,
  ),
  secret: true,
};
