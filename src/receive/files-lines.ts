const NEWLINE = 0x0a;

export interface Line {
  /** 1 for the first. */
  readonly number: number;
  /** Without the newline; null where the line is longer than allowed. */
  readonly bytes: Uint8Array | null;
}

/** Cuts a stream at its newlines. A line that is too long is not kept, however long it is. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  let number = 1;
  let pieces: Uint8Array[] = [];
  let length = 0;

  const add = (piece: Uint8Array) => {
    length += piece.length;
    if (length > maxBytes) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  };
  const end = (): Line => {
    const line = { number, bytes: length > maxBytes ? null : Buffer.concat(pieces) };
    number += 1;
    pieces = [];
    length = 0;
    return line;
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, at));
      start = at + 1;
      yield end();
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield end();
}
