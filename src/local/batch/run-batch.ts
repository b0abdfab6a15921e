/** What a batch comes to: which lines go into its output file and which into its error file. */
import { isJsonObject, type JsonObject } from '../bodies/json-object.ts';
import type { BatchBehaviour } from './behaviour.ts';
import { addUsage, echoAnswer } from './echo-model.ts';

export type Ending = 'completed' | 'expired' | 'cancelled';

export interface BatchResult {
  /** Null: no request has one. */
  readonly output: string | null;
  readonly errors: string | null;
  readonly completed: number;
  readonly failed: number;
  readonly usage: JsonObject;
}

interface InputLine {
  readonly customId: string;
  readonly body: JsonObject;
}

/** The requests of an input file that has been found valid. */
export function requestsOf(content: string): readonly InputLine[] {
  return content
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const { custom_id: customId, body } = JSON.parse(line) as JsonObject;
      return { customId: String(customId), body: isJsonObject(body) ? body : {} };
    });
}

/** A batch that was ended early has answers for the first half of its requests. */
export function runBatch(endpoint: string, input: string, ending: Ending, how: BatchBehaviour): BatchResult {
  const requests = requestsOf(input);
  const run = ending === 'completed' ? requests.length : Math.ceil(requests.length / 2);
  const answered: JsonObject[] = [];
  const output: string[] = [];
  const errors: string[] = [];
  for (const [at, { customId, body }] of requests.entries()) {
    const isMissing = how.batchAnswers === 'missing' && at === requests.length - 1;
    if (isMissing) continue;
    const line = { id: `breq-${at + 1}`, custom_id: customId };
    if (at >= run) {
      const error = { code: `batch_${ending}`, message: `The batch was ${ending} before this request was run.` };
      errors.push(JSON.stringify({ ...line, response: null, error }));
    } else if (how.batches === 'all_fail' || (how.batchFailEvery > 0 && (at + 1) % how.batchFailEvery === 0)) {
      const failure = { error: { message: 'the model could not do this', type: 'invalid_request_error' } };
      const response = { status_code: how.batchFailStatus, request_id: `rq-${at + 1}`, body: failure };
      errors.push(JSON.stringify({ ...line, response, error: null }));
    } else {
      const answer = echoAnswer(endpoint, body);
      answered.push(answer);
      const response = { status_code: 200, request_id: `rq-${at + 1}`, body: answer };
      output.push(JSON.stringify({ ...line, response, error: null }));
    }
  }
  return {
    output: fileOf(output, how),
    errors: fileOf(errors, how),
    completed: output.length,
    failed: errors.length,
    usage: addUsage(answered),
  };
}

function fileOf(lines: readonly string[], { batchAnswers }: BatchBehaviour): string | null {
  const [first] = lines;
  if (first === undefined) return null;
  if (batchAnswers !== 'messy') return `${lines.join('\n')}\n`;
  return `\ufeff${[...lines.toReversed(), '', first, '  '].join('\r\n')}`;
}
