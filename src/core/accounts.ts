/**
 * W&B keys that senders bring themselves. They live in memory alone: what is stored of a request is a reference,
 * from which nobody gets the key back. After a restart a request waits until its sender has come again.
 */
import { createHash } from 'node:crypto';

/** Stands for a key. */
export type Account = string & { readonly brand: 'Account' };

export interface Accounts {
  /** Takes a key in. */
  add(key: string): Account;
  /** Undefined where it has not been seen since the start, or too many came after it. */
  keyOf(account: Account): string | undefined;
}

export interface AccountsSettings {
  /** Keys that are remembered; the one that was seen longest ago gives way. */
  readonly maxKeys: number;
}

/** 128 bits: no two keys meet, and a W&B key has more of them than anybody can try. */
const REFERENCE_CHARS = 32;

export function createAccounts({ maxKeys }: AccountsSettings): Accounts {
  const keys = new Map<Account, string>();
  return {
    add(key) {
      const account = createHash('sha256').update(key).digest('hex').slice(0, REFERENCE_CHARS) as Account;
      keys.delete(account);
      keys.set(account, key);
      const [oldest] = keys.keys();
      if (keys.size > maxKeys && oldest !== undefined) keys.delete(oldest);
      return account;
    },
    keyOf: (account) => keys.get(account),
  };
}
