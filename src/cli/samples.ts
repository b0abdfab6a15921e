import { readdir, readFile } from 'node:fs/promises';

/** OTLP requests as real instrumentations sent them. Next to src/ as to dist/. */
const SAMPLES = new URL('../../examples/samples/', import.meta.url);

/**
 * Sends the recorded requests to a receiver, ids and times as recorded: a second replay writes the same calls again.
 * Resolves to how many there were.
 */
export async function replaySamples(tracesUrl: string): Promise<number> {
  const files = (await readdir(SAMPLES)).filter((file) => file.endsWith('.pb')).sort();
  for (const file of files) {
    const response = await fetch(tracesUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: await readFile(new URL(file, SAMPLES)),
    });
    if (!response.ok) throw new Error(`the receiver answered ${response.status} to the recorded request ${file}`);
    await response.arrayBuffer();
  }
  return files.length;
}
