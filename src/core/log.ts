/** What a stage may say. Fields hold counts, addresses and reasons: never payloads, never keys. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

const nothing = () => undefined;

/** For tests and for an app that wants quiet. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
