/** A span of a trace, or one of which only its children have told. */
export interface Place<T> {
  /** Its parent; later a short cut past spans that have no value. */
  above: Place<T> | undefined;
  isSeen: boolean;
  value: T | undefined;
  /** The nearest values below it, until it is seen itself. */
  heard: T[];
}

/**
 * The spans of one trace, of which some carry a value: it tells which value is the nearest above which other, in whatever
 * order the spans come.
 */
export interface TraceTree<T> {
  /** Puts a span in its place. `isAgain`: it was there already, and stays as it was. */
  see(spanId: string, parentId: string, value: T | undefined): { readonly place: Place<T>; readonly isAgain: boolean };
  /**
   * Calls `meet` for each pair of values that are neighbours now, since this span has come. To be called once for each new
   * span, when all that came with it have been seen.
   */
  connect(place: Place<T>, meet: (above: T, below: T) => void): void;
  /** The nearest value above, if there is one and nothing unseen comes before it. */
  above(place: Place<T>): T | undefined;
  get(spanId: string): Place<T> | undefined;
  /** Spans seen or told of. */
  size(): number;
}

export function createTraceTree<T>(): TraceTree<T> {
  const places = new Map<string, Place<T>>();

  function placeOf(spanId: string): Place<T> {
    const known = places.get(spanId);
    if (known) return known;
    const place: Place<T> = { above: undefined, isSeen: false, value: undefined, heard: [] };
    places.set(spanId, place);
    return place;
  }

  /** The nearest span above that has a value, or that has not been seen. */
  function stopAbove(place: Place<T>): Place<T> | undefined {
    let stop = place.above;
    for (let hops = 0; stop?.isSeen && stop.value === undefined; hops += 1) {
      stop = hops > places.size ? undefined : stop.above; // hostile parents go round in a circle
    }
    // the way is as long as the trace is deep: the next one that goes it is to be there at once
    for (let at: Place<T> | undefined = place; at && at !== stop && at.above !== stop; ) {
      const next: Place<T> | undefined = at.above;
      at.above = stop;
      at = next;
    }
    return stop === place ? undefined : stop;
  }

  return {
    see(spanId, parentId, value) {
      const place = placeOf(spanId);
      if (place.isSeen) return { place, isAgain: true };
      place.isSeen = true;
      place.value = value;
      if (parentId !== '' && parentId !== spanId) place.above = placeOf(parentId);
      return { place, isAgain: false };
    },
    connect(place, meet) {
      const { value, heard } = place;
      place.heard = [];
      if (value !== undefined) for (const below of heard) meet(value, below);
      const passed = value === undefined ? heard : [value];
      const stop = passed.length > 0 ? stopAbove(place) : undefined;
      if (!stop) return;
      if (stop.value !== undefined) for (const below of passed) meet(stop.value, below);
      else if (stop.heard.length < passed.length) stop.heard = appended(passed, stop.heard);
      else appended(stop.heard, passed);
    },
    above: (place) => stopAbove(place)?.value,
    get: (spanId) => places.get(spanId),
    size: () => places.size,
  };
}

function appended<T>(list: T[], more: readonly T[]): T[] {
  for (const one of more) list.push(one);
  return list;
}
