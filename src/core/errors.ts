/** Everything that can stop the bridge from starting or a command from succeeding, with what to do about it. */
export const ERRORS = {
  CONFIG_INVALID: { exitCode: 2, todo: 'Correct the options listed above.' },
  USAGE: { exitCode: 2, todo: 'See `otel-weave --help`.' },
  ADDRESS_IN_USE: { exitCode: 1, todo: 'Stop the other process, or choose another port (0 picks a free one).' },
  ADDRESS_UNAVAILABLE: { exitCode: 1, todo: 'Choose an address of this machine and a port that this user may open.' },
  TLS_UNUSABLE: {
    exitCode: 1,
    todo: 'Give PEM files that this user may read: a certificate with its chain, and its key.',
  },
  AUTH_UNUSABLE: { exitCode: 1, todo: 'Give each sender a key of its own, in a file that this user may read.' },
  PACKAGE_MISSING: { exitCode: 1, todo: 'Install it where otel-weave-bridge is installed, then start again.' },
  QUEUE_LOCKED: { exitCode: 1, todo: 'Stop the other bridge, or give this one another queue.dir.' },
  QUEUE_UNREADABLE: { exitCode: 1, todo: 'Make queue.dir a directory that this user may read and write.' },
  QUEUE_NEWER: { exitCode: 1, todo: 'Run the newer version that wrote this queue, or choose another queue.dir.' },
  STORE_UNUSABLE: {
    exitCode: 1,
    todo: 'Choose another file for the local Weave, or make this one readable and writable.',
  },
  LETTER_UNKNOWN: {
    exitCode: 1,
    todo: 'See `otel-weave dead-letters list`, with the --queue-dir or --config of the bridge.',
  },
  CHECK_FAILED: { exitCode: 1, todo: 'Correct what is marked above, then check again.' },
  JOB_UNKNOWN: { exitCode: 1, todo: 'See `otel-weave jobs list`, with the --queue-dir or --config of the bridge.' },
  JOB_STATE: { exitCode: 1, todo: 'See `otel-weave jobs show` for where it is.' },
  INPUT_UNREADABLE: { exitCode: 1, todo: 'Check the path and its permissions.' },
  NOT_EXPLAINED: { exitCode: 1, todo: 'See the reasons above.' },
  NOT_DELIVERED: {
    exitCode: 1,
    todo: 'See the reasons above. Doing it again is safe: a call that is sent twice is kept once.',
  },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An expected failure, told to a person: what happened, where, and what to do. */
export class BridgeError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BridgeError';
    this.code = code;
  }
}

/** The message of anything thrown. Not by `instanceof`: an error of another realm (a sandbox, a worker) has a message too. */
export function messageOf(thrown: unknown): string {
  const hasMessage = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  return String(hasMessage ? thrown.message : thrown);
}
