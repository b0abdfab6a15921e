/** Everything that can stop the bridge from starting or a command from succeeding, with what to do about it. */
export const ERRORS = {
  CONFIG_INVALID: { exitCode: 2, todo: 'Correct the options listed above.' },
  USAGE: { exitCode: 2, todo: 'See `otel-weave --help`.' },
  ADDRESS_IN_USE: { exitCode: 1, todo: 'Stop the other process, or choose another port (0 picks a free one).' },
  ADDRESS_UNAVAILABLE: { exitCode: 1, todo: 'Choose an address of this machine and a port that this user may open.' },
  QUEUE_LOCKED: { exitCode: 1, todo: 'Stop the other bridge, or give this one another queue.dir.' },
  QUEUE_UNREADABLE: { exitCode: 1, todo: 'Make queue.dir a directory that this user may read and write.' },
  QUEUE_NEWER: { exitCode: 1, todo: 'Run the newer version that wrote this queue, or choose another queue.dir.' },
  INPUT_UNREADABLE: { exitCode: 1, todo: 'Check the path and its permissions.' },
  NOT_DELIVERED: { exitCode: 1, todo: 'See the reasons above; what was not delivered waits in queue.dir.' },
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

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
