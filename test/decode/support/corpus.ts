import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Encoding, Signal } from '../../../src/core/ports.ts';

export interface Recording {
  /** Such as `adk/001.pb`. */
  readonly name: string;
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly body: Buffer;
}

const FOLDER = fileURLToPath(new URL('../../fixtures/corpus/', import.meta.url));

/** Every recorded request, of both signals and in both encodings. */
export const recordings: readonly Recording[] = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(pb|json)$/.test(name) && !name.endsWith('meta.json'))
  .sort()
  .map((name) => ({
    name,
    signal: name.includes('/logs-') ? 'logs' : 'traces',
    encoding: name.endsWith('.pb') ? 'protobuf' : 'json',
    body: readFileSync(FOLDER + name),
  }));
