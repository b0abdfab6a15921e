import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { BridgeError, messageOf } from '../core/errors.ts';
import type { Host } from './host.ts';

const CHUNK_BYTES = 256 * 1024;

export interface Input {
  /** What a person knows it by. */
  readonly name: string;
  open(): Readable;
}

/** `-`, or nothing at all, is stdin. Throws INPUT_UNREADABLE with every file that cannot be read, before any is. */
export function findInputs(files: readonly string[], host: Host): readonly Input[] {
  if (files.length === 0 && host.stdin.isTTY) {
    throw new BridgeError('USAGE', 'Give files to read, or pipe something into it.');
  }
  const problems: string[] = [];
  const inputs = (files.length === 0 ? ['-'] : files).map((file): Input => {
    if (file === '-') return { name: 'stdin', open: () => host.stdin };
    const problem = problemWith(file);
    if (problem !== undefined) problems.push(`Cannot read ${file}: ${problem}`);
    return { name: file, open: () => createReadStream(file, { highWaterMark: CHUNK_BYTES }) };
  });
  if (problems.length > 0) throw new BridgeError('INPUT_UNREADABLE', problems.join('\n'));
  return inputs;
}

function problemWith(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isDirectory() ? 'it is a directory' : undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
