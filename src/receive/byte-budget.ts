/**
 * The memory that all requests in work share. What has arrived is charged, not what was announced:
 * else a sender that announces much and sends nothing would keep the others out.
 */
export interface ByteBudget {
  /** Whether a request whose body is so long would fit now. */
  fits(bodyBytes: number): boolean;
  /** A new request's part of the budget. Undefined where not even a request without a body fits. */
  lease(): Lease | undefined;
}

export interface Lease {
  /** False where the budget has no room; then nothing was taken. */
  take(bytes: number): boolean;
  /** Gives back all that was taken. */
  release(): void;
}

export interface BudgetSettings {
  readonly maxInFlightBytes: number;
  readonly maxBodyBytes: number;
}

/** What a request costs besides its body: it bounds how many there are. */
export const REQUEST_COST_BYTES = 4096;

export function createByteBudget(settings: BudgetSettings): ByteBudget {
  // A request that is alone always fits, compressed and decompressed.
  const limitBytes = Math.max(settings.maxInFlightBytes, REQUEST_COST_BYTES + 2 * settings.maxBodyBytes);
  let usedBytes = 0;

  return {
    fits: (bodyBytes) => usedBytes + REQUEST_COST_BYTES + bodyBytes <= limitBytes,
    lease() {
      let takenBytes = 0;
      function take(bytes: number): boolean {
        if (usedBytes + bytes > limitBytes) return false;
        usedBytes += bytes;
        takenBytes += bytes;
        return true;
      }
      function release(): void {
        usedBytes -= takenBytes;
        takenBytes = 0;
      }
      return take(REQUEST_COST_BYTES) ? { take, release } : undefined;
    },
  };
}
