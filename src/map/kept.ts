/** Things kept for a later correction, by the size of their calls. */
export const MAX_KEPT_BYTES = 16 * 1024 * 1024;

/** Remembers things for as long as they might have to be written anew; the oldest give way. */
export interface Kept<T> {
  keep(id: string, value: T, bytes: number): void;
  /** What was kept under this id, which is forgotten with that. */
  take(id: string): T | undefined;
}

export function createKept<T>(): Kept<T> {
  const kept = new Map<string, { readonly value: T; readonly bytes: number }>();
  let total = 0;

  function take(id: string): T | undefined {
    const found = kept.get(id);
    if (!found) return undefined;
    kept.delete(id);
    total -= found.bytes;
    return found.value;
  }

  return {
    keep(id, value, bytes) {
      take(id);
      kept.set(id, { value, bytes });
      total += bytes;
      for (const oldest of kept.keys()) {
        if (total <= MAX_KEPT_BYTES) return;
        take(oldest);
      }
    },
    take,
  };
}
