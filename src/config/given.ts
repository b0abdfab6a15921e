/** One value that somebody gave for an option. */
export interface Given {
  /** The option's path. */
  readonly path: string;
  readonly text: string;
  /** Where it was given: `bridge.yaml:3:12`, `--http`, `WEAVE_PROJECT`. */
  readonly place: string;
  /** What a problem report shows in place of `text`: a `${env:…}` as it is written, never what it stands for. */
  readonly shown?: string;
  /** The place of a member of a list: `[0, 'when']`. */
  readonly placeOf?: (path: readonly PropertyKey[]) => string;
}

/** What an option came out as, and who said so. */
export interface Setting {
  readonly value: unknown;
  readonly place: string;
}

export interface Problem {
  readonly place: string;
  readonly message: string;
}

/** What one source holds. */
export interface Reading {
  readonly given: readonly Given[];
  readonly problems: readonly Problem[];
}

export type Environment = Readonly<Record<string, string | undefined>>;
