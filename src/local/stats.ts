/** Counts requests by method and path of the route table, so that the number of keys is bounded. */
export interface Stats {
  /** A request came in. `route` is its row of the table, `*` for none. */
  came(route: string, bytes: number): void;
  /** A request was answered, with what status. Cut and hanging requests never are. */
  answered(route: string, status: number): void;
  all(): Readonly<Record<string, RouteStats>>;
}

export interface RouteStats {
  readonly requests: number;
  /** Sum of the request bodies. */
  readonly bytes: number;
  readonly answers: Readonly<Record<number, number>>;
}

interface Tally {
  requests: number;
  bytes: number;
  readonly answers: Record<number, number>;
}

export function createStats(): Stats {
  const routes = new Map<string, Tally>();
  const of = (route: string): Tally => {
    const known = routes.get(route);
    if (known) return known;
    const fresh: Tally = { requests: 0, bytes: 0, answers: {} };
    routes.set(route, fresh);
    return fresh;
  };
  return {
    came(route, bytes) {
      const stats = of(route);
      stats.requests += 1;
      stats.bytes += bytes;
    },
    answered(route, status) {
      const { answers } = of(route);
      answers[status] = (answers[status] ?? 0) + 1;
    },
    all: () => Object.fromEntries(routes),
  };
}
