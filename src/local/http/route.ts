import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { messageOf } from '../../core/errors.ts';
import { type Detail, detailOf } from '../bodies/detail.ts';
import { type PathParameters, pathMatcher } from './paths.ts';
import { detail, type Reply } from './reply.ts';

/** One row of the route table. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Where this route takes larger bodies than the others. */
  readonly maxBodyBytes?: number;
  /** Answers a request for this path; undefined where the path is another one. */
  match(path: string): ((request: RouteRequest) => Reply) | undefined;
}

export interface RouteRequest {
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: Buffer;
}

interface Target<Path extends string> {
  readonly parameters: PathParameters<Path>;
  readonly query: URLSearchParams;
}

/** A route with a body of any other kind, which `handle` reads itself. */
export function upload<Path extends string>(
  path: Path,
  maxBodyBytes: number,
  handle: (request: RouteRequest, target: Target<Path>) => Reply,
): Route {
  const parse = pathMatcher(path);
  return {
    method: 'POST',
    path,
    maxBodyBytes,
    match(given) {
      const parameters = parse(given);
      return parameters && ((request) => handle(request, { parameters, query: request.query }));
    },
  };
}

/** A route without a body. */
export function route<Path extends string>(
  method: 'GET' | 'POST' | 'DELETE',
  path: Path,
  handle: (target: Target<Path>) => Reply,
): Route {
  const parse = pathMatcher(path);
  return {
    method,
    path,
    match(given) {
      const parameters = parse(given);
      return parameters && ((request) => handle({ parameters, query: request.query }));
    },
  };
}

/** A route with a JSON body, which is checked before `handle` sees it. */
export function post<Path extends string, Schema extends z.ZodType>(
  path: Path,
  schema: Schema,
  handle: (body: z.output<Schema>, target: Target<Path>) => Reply,
): Route {
  const parse = pathMatcher(path);
  return {
    method: 'POST',
    path,
    match(given) {
      const parameters = parse(given);
      return (
        parameters &&
        ((request) => {
          const body = parseJson(request);
          if (body.status === 'refused') return body.reply;
          const checked = schema.safeParse(body.value);
          if (!checked.success) return detail(422, detailOf(checked.error.issues, body.value));
          return handle(checked.data, { parameters, query: request.query });
        })
      );
    },
  };
}

type ParseOutcome =
  | { readonly status: 'parsed'; readonly value: unknown }
  | { readonly status: 'refused'; readonly reply: Reply };

/** As FastAPI does: only a body that is declared as JSON is read as JSON. */
function parseJson(request: RouteRequest): ParseOutcome {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(request.contentType)) {
    const msg =
      'Input should be a valid dictionary or object to extract fields from; send content-type application/json';
    return refused({ loc: ['body'], msg, type: 'model_attributes_type' });
  }
  if (!isUtf8(request.body)) return refused({ loc: ['body', 0], msg: 'JSON is not UTF-8', type: 'json_invalid' });
  try {
    return { status: 'parsed', value: JSON.parse(request.body.toString()) as unknown };
  } catch (error) {
    // V8 quotes the text around the error; only the position is told back.
    const position = Number(/position (\d+)/.exec(messageOf(error))?.[1] ?? 0);
    return refused({ loc: ['body', position], msg: 'JSON decode error', type: 'json_invalid' });
  }
}

function refused(entry: Detail): ParseOutcome {
  return { status: 'refused', reply: detail(422, [entry]) };
}
