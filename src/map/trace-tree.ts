import { nearestAbove } from './nearest-above.ts';

/** A span of a trace, or one of which only its children have told. */
export interface Place<T> {
  /** Its parent; later a short cut past spans that have no value. */
  above: Place<T> | undefined;
  isSeen: boolean;
  value: T | undefined;
  /** The nearest values below it, until it is seen itself. */
  heard: readonly T[];
}

/**
 * The spans of one trace, of which some carry a value: it tells which value is the nearest above which other, in whatever
 * order the spans come.
 */
export interface TraceTree<T> {
  /** The place of a span, seen or not. */
  place(spanId: string): Place<T>;
  /** Puts a span that was not seen before in its place. */
  see(place: Place<T>, spanId: string, parentId: string, value: T | undefined): void;
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
    const place: Place<T> = { above: undefined, isSeen: false, value: undefined, heard: NONE };
    places.set(spanId, place);
    return place;
  }

  /** The nearest span above that has a value, or that has not been seen. */
  const stopAbove = (place: Place<T>) => nearestAbove(place, isStop, places.size);

  return {
    place: placeOf,
    see(place, spanId, parentId, value) {
      place.isSeen = true;
      place.value = value;
      if (parentId !== '' && parentId !== spanId) place.above = placeOf(parentId);
    },
    connect(place, meet) {
      const { value, heard } = place;
      place.heard = NONE;
      if (value !== undefined) for (const below of heard) meet(value, below);
      const passed = value === undefined ? heard : [value];
      const stop = passed.length > 0 ? stopAbove(place) : undefined;
      if (!stop) return;
      if (stop.value !== undefined) for (const below of passed) meet(stop.value, below);
      else stop.heard = joined(stop.heard, passed);
    },
    above: (place) => stopAbove(place)?.value,
    get: (spanId) => places.get(spanId),
    size: () => places.size,
  };
}

const isStop = ({ isSeen, value }: Place<unknown>) => !isSeen || value !== undefined;

/** Both, the shorter one added to the longer one: so that many steps are no more work than one. */
function joined<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  const all = longer.length > 1 ? (longer as T[]) : [...longer];
  for (const value of shorter) all.push(value);
  return all;
}

const NONE: readonly never[] = [];
