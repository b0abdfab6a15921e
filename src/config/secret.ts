import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/** A value that prints as `[redacted]` wherever it is turned into text: string, JSON or inspection. */
export interface Secret {
  /** The value itself: for the one place that sends it. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
  [inspect.custom](): string;
}

export function createSecret(value: string): Secret {
  const redacted = () => REDACTED;
  return Object.freeze({ reveal: () => value, toString: redacted, toJSON: redacted, [inspect.custom]: redacted });
}

const MAX_SHOWN = 100;

/** What may be shown of a value that was given for an option: nothing of a secret, no credentials of a URL, no end of a long one. */
export function redact(text: string, secret: boolean): string {
  if (secret) return REDACTED;
  const shown = text.replace(/\/\/[^/]*@/, `//${REDACTED}@`);
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}
