interface Linked<N> {
  /** The one above; later a short cut past those that are no stop. */
  above: N | undefined;
}

/**
 * The nearest one above that is a stop. The way there is as long as the trace is deep: it is cut short, so that the next one
 * that goes it is there at once. So what is passed must never become a stop later. `maxHops`: how many there are.
 */
export function nearestAbove<N extends Linked<N>>(
  from: N,
  isStop: (one: N) => boolean,
  maxHops: number,
): N | undefined {
  let stop = from.above;
  for (let hops = 0; stop && !isStop(stop); hops += 1) {
    stop = hops > maxHops ? undefined : stop.above; // hostile parents go round in a circle
  }
  for (let at: N | undefined = from; at && at !== stop && at.above !== stop; ) {
    const next: N | undefined = at.above;
    at.above = stop;
    at = next;
  }
  return stop === from ? undefined : stop;
}
