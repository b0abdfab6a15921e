/** What one check found. `unclear`: nothing that is known to be wrong. */
export interface Verdict {
  readonly status: 'ok' | 'unclear' | 'failed';
  /** The options that it is about. */
  readonly about: string;
  readonly text: string;
}
