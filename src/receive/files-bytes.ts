/** Reads a stream of chunks by count, holding no more than what was asked for and one chunk. */
export interface ByteSource {
  /** The next `count` bytes without taking them; fewer at the end of the input. */
  peek(count: number): Promise<Uint8Array>;
  /** The next `count` bytes; fewer at the end of the input. */
  take(count: number): Promise<Uint8Array>;
  /** Drops the next `count` bytes, without holding them. */
  skip(count: number): Promise<void>;
  /** All that follows, chunk by chunk. */
  rest(): AsyncGenerator<Uint8Array>;
}

/** What came before a failure of the stream can still be read; then reading throws it. */
export function createByteSource(chunks: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]();
  let failure: { readonly thrown: unknown } | undefined;
  let held: Uint8Array[] = [];
  let heldBytes = 0;

  async function more(): Promise<boolean> {
    if (failure) return false;
    try {
      const next = await iterator.next();
      if (next.done) return false;
      held.push(next.value);
      heldBytes += next.value.length;
      return true;
    } catch (thrown) {
      failure = { thrown };
      return false;
    }
  }

  async function fill(count: number): Promise<void> {
    while (heldBytes < count) if (!(await more())) return;
  }

  /** The held bytes as one piece. */
  function join(): Uint8Array {
    const [first, ...others] = held;
    if (first !== undefined && others.length === 0) return first;
    const joined = Buffer.concat(held);
    held = [joined];
    return joined;
  }

  async function take(count: number): Promise<Uint8Array> {
    await fill(count);
    if (failure && heldBytes < count) throw failure.thrown;
    const all = join();
    const rest = all.subarray(count);
    held = rest.length > 0 ? [rest] : [];
    heldBytes = rest.length;
    return all.subarray(0, count);
  }

  async function* rest(): AsyncGenerator<Uint8Array> {
    while (heldBytes > 0 || (await more())) yield await take(heldBytes);
    if (failure) throw failure.thrown;
  }

  return {
    take,
    rest,
    async peek(count) {
      await fill(count);
      if (failure && heldBytes === 0) throw failure.thrown;
      return join().subarray(0, count);
    },
    async skip(count) {
      let left = count;
      while (left > 0) {
        const next = await take(Math.min(left, Math.max(1, heldBytes)));
        if (next.length === 0) return;
        left -= next.length;
      }
    },
  };
}
