/** What stands between two values: a run of a tool beats one of an agent, wherever it stands. */
export type Between = 'tool' | 'agent' | undefined;

/** A span of a trace, or one of which only its children have told. */
export interface Place<T> {
  /** Its parent; later a short cut past spans at which nothing stops. */
  above: Place<T> | undefined;
  /** What the short cut has passed. */
  between: Between;
  /** What it is itself to those that pass it. */
  runs: Between;
  isSeen: boolean;
  /** Whether what comes from below has to stop here: it was not seen, or has a value that lets nothing pass. */
  isStop: boolean;
  value: T | undefined;
  /** The nearest ones below it that have a value, until it is seen itself. */
  heard: readonly Place<T>[];
}

/** Returns true where `above` need not meet any other: from now on it lets pass what comes from below. */
export type Meet<T> = (above: T, below: T, between: Between) => boolean;

/**
 * The spans of one trace by their ids, of which some carry a value: it tells which value is the nearest above which other,
 * and what is between them, in whatever order the spans come. Plain data, since thousands of them are kept in memory.
 */
export type TraceTree<T> = Map<string, Place<T>>;

/** The place of a span, seen or not. */
export function placeIn<T>(tree: TraceTree<T>, spanId: string): Place<T> {
  const known = tree.get(spanId);
  if (known) return known;
  const place: Place<T> = {
    above: undefined,
    between: undefined,
    runs: undefined,
    isSeen: false,
    isStop: true,
    value: undefined,
    heard: NONE,
  };
  tree.set(spanId, place);
  return place;
}

/** Puts a span that was not seen before in its place. */
export function see<T>(place: Place<T>, above: Place<T> | undefined, value: T | undefined, runs: Between): void {
  place.isSeen = true;
  place.isStop = value !== undefined;
  place.value = value;
  place.runs = runs;
  place.above = above;
}

/**
 * Calls `meet` for each pair of values that are neighbours now, since this span has come. To be called once for each new
 * span, when all that came with it have been seen.
 */
export function connect<T>(tree: TraceTree<T>, place: Place<T>, meet: Meet<T>): void {
  const { heard } = place;
  place.heard = NONE;
  let rising = heard;
  if (place.value !== undefined) {
    const own = [place];
    rising = meetAll(tree, place, heard, meet) ? joined(heard, own) : own;
  }
  while (rising.length > 0) {
    const stop = stopAbove(tree, place);
    if (!stop) return;
    if (!stop.isSeen) {
      stop.heard = joined(stop.heard, rising);
      return;
    }
    if (!meetAll(tree, stop, rising, meet)) return;
  }
}

/** The nearest stop above. */
function stopAbove<T>(tree: TraceTree<T>, place: Place<T>): Place<T> | undefined {
  if (place.above && !place.above.isStop) cutShort(place, tree.size);
  return place.above === place ? undefined : place.above;
}

/** Returns whether they all go on above it. */
function meetAll<T>(tree: TraceTree<T>, above: Place<T>, all: readonly Place<T>[], meet: Meet<T>): boolean {
  for (const below of all) {
    stopAbove(tree, below); // now it knows what is between
    if (above.value === undefined || below.value === undefined) continue;
    if (!meet(above.value, below.value, below.between)) continue;
    above.isStop = false;
    return true;
  }
  return false;
}

/**
 * Makes the nearest stop the next one above, for all on the way there: it is as long as the trace is deep, and the next one
 * that goes it is to be there at once. What is passed never becomes a stop again.
 */
function cutShort<T>(from: Place<T>, maxHops: number): void {
  const way: Place<T>[] = [];
  let last = from;
  for (let above = last.above; above && !above.isStop && way.length <= maxHops; above = last.above) {
    way.push(last);
    last = above;
  }
  // hostile parents go round in a circle: then there is none
  const stop = last.above?.isStop ? last.above : undefined;
  let next = last;
  for (const passed of way.reverse()) {
    passed.between = outermost(passed.between, outermost(next.runs, next.between));
    passed.above = stop;
    next = passed;
  }
}

const outermost = (one: Between, other: Between): Between =>
  one === 'tool' || other === 'tool' ? 'tool' : (one ?? other);

/** Both, the shorter one added to the longer one: so that many steps are no more work than one. */
function joined<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  const all = longer.length > 1 ? (longer as T[]) : [...longer];
  for (const value of shorter) all.push(value);
  return all;
}

const NONE: readonly never[] = [];
