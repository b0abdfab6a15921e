/** What a provider finds wrong with an input file when it validates a batch. */
import { isJsonObject } from '../bodies/json-object.ts';
import { MAX_BATCH_REQUESTS } from '../limits.ts';

export interface InputError {
  readonly code: string;
  /** From 1; null: the file as a whole. */
  readonly line: number | null;
  readonly message: string;
  readonly param: string | null;
}

const MAX_ERRORS = 10;
const withSlash = (path: string) => path.replace(/^\/?/, '/');

/** The first errors; none for a file that can be run. */
export function inputErrors(content: string, endpoint: string): readonly InputError[] {
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return [error('empty_file', null, 'the input file has no requests')];
  if (lines.length > MAX_BATCH_REQUESTS)
    return [error('too_many_tasks', null, `more than ${MAX_BATCH_REQUESTS} requests`)];
  const errors: InputError[] = [];
  const ids = new Set<string>();
  const models = new Set<unknown>();
  for (const [at, line] of lines.entries()) {
    const wrong = wrongWith(line, endpoint, ids, models);
    if (wrong) errors.push({ ...wrong, line: at + 1 });
    if (errors.length === MAX_ERRORS) break;
  }
  return errors;
}

function wrongWith(line: string, endpoint: string, ids: Set<string>, models: Set<unknown>): InputError | undefined {
  const request = parsed(line);
  if (!isJsonObject(request)) return error('invalid_json_line', null, 'is not a JSON object');
  const { custom_id: id, method, url, body } = request;
  if (typeof id !== 'string' || id === '')
    return error('missing_required_parameter', 'custom_id', 'custom_id is missing');
  if (ids.has(id)) return error('duplicate_custom_id', 'custom_id', 'this custom_id was there before');
  ids.add(id);
  if (method !== 'POST') return error('invalid_method', 'method', 'method must be POST');
  if (withSlash(String(url)) !== withSlash(endpoint))
    return error('url_mismatch', 'url', 'url is not the endpoint of the batch');
  if (!isJsonObject(body)) return error('invalid_request', 'body', 'body is not a JSON object');
  models.add(body['model']);
  if (models.size > 1) return error('model_mismatch', 'body.model', 'all requests of a batch have the same model');
  return undefined;
}

function error(code: string, param: string | null, message: string): InputError {
  return { code, line: null, message, param };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
