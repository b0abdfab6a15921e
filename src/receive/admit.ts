/** Who may send, and where what they send goes. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Account, Accounts } from '../core/accounts.ts';
import type { ProjectId } from '../core/call.ts';
import { BridgeError } from '../core/errors.ts';

/** A key that somebody sends with, as `Authorization` has it. */
export interface SenderKey {
  /** For messages: keys themselves are never shown. */
  readonly name: string;
  /** `Bearer <token>`, or `Basic <base64 of username:password>`. */
  readonly credential:
    | { readonly scheme: 'bearer'; readonly token: string }
    | { readonly scheme: 'basic'; readonly username: string; readonly password: string };
  /** Where all that is sent with this key goes, whatever the request or its resources say; null: where they say. */
  readonly project: ProjectId | null;
}

/** What a request says about its sender. */
export interface SenderHeaders {
  readonly authorization: string | undefined;
  /** `wandb-api-key`, as Weave's own OTLP endpoint reads it. */
  readonly wandbKey: string | undefined;
}

export type Admission = { readonly status: 'admitted'; readonly sender: Sender } | { readonly status: 'refused' };

export interface Sender {
  /** Counts before any project that the request or its resources name. */
  readonly project: ProjectId | null;
  /** Whose W&B key the calls are delivered with; null: the bridge's own. */
  readonly account: Account | null;
}

/** `ignore` a sender's own W&B key, `accept` it in place of the bridge's, or `require` one of everybody. */
export type WandbKeyMode = 'ignore' | 'accept' | 'require';

export interface Admit {
  (headers: SenderHeaders): Admission;
  /** From now on these keys are good, and no others. Throws AUTH_UNUSABLE where two are the same. */
  replace(keys: readonly SenderKey[]): void;
}

export interface AdmitSettings {
  /** None: everybody may send. */
  readonly keys: readonly SenderKey[];
  readonly wandbKey: WandbKeyMode;
}

/** Longer ones are no keys. */
const MAX_WANDB_KEY_CHARS = 512;

/**
 * What came is compared by a keyed hash that is another one in each process: how long a comparison takes then says
 * nothing about how much of a key was right.
 */
export function createAdmit(accounts: Accounts, { keys, wandbKey: mode }: AdmitSettings): Admit {
  const salt = randomBytes(32);
  const hash = (credential: string) => createHmac('sha256', salt).update(credential).digest('base64');
  let known = index(keys);

  function index(from: readonly SenderKey[]): ReadonlyMap<string, SenderKey> {
    const found = new Map<string, SenderKey>();
    for (const key of from) {
      const hashed = hash(canonical(key.credential));
      const other = found.get(hashed);
      if (other) {
        throw new BridgeError('AUTH_UNUSABLE', `receive.auth.keys: ${other.name} and ${key.name} are the same key.`);
      }
      found.set(hashed, key);
    }
    return found;
  }

  /** The W&B key of a request. `Authorization` can hold one where it holds no key of ours. */
  function wandbKeyOf({ authorization, wandbKey }: SenderHeaders): string | undefined {
    const given = wandbKey ?? (known.size === 0 && authorization ? apiPassword(authorization) : undefined);
    return given !== undefined && given.length <= MAX_WANDB_KEY_CHARS && /^[\x21-\x7e]+$/.test(given)
      ? given
      : undefined;
  }

  function admit(headers: SenderHeaders): Admission {
    const credential = headers.authorization === undefined ? undefined : parse(headers.authorization);
    const key = credential === undefined ? undefined : known.get(hash(credential));
    if (known.size > 0 && key === undefined) return { status: 'refused' };
    const project = key?.project ?? null;
    if (mode === 'ignore') return { status: 'admitted', sender: { project, account: null } };
    const own = wandbKeyOf(headers);
    const isMalformed = own === undefined && headers.wandbKey !== undefined;
    if (isMalformed || (own === undefined && mode === 'require')) return { status: 'refused' };
    return { status: 'admitted', sender: { project, account: own === undefined ? null : accounts.add(own) } };
  }

  return Object.assign(admit, {
    replace(next: readonly SenderKey[]) {
      known = index(next);
    },
  });
}

function canonical(credential: SenderKey['credential']): string {
  switch (credential.scheme) {
    case 'bearer':
      return `bearer ${credential.token}`;
    case 'basic':
      return `basic ${credential.username}:${credential.password}`;
  }
}

/** https://www.rfc-editor.org/rfc/rfc7617, https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
function parse(authorization: string): string | undefined {
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+) *$/i.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return `bearer ${value}`;
    case 'basic':
      return `basic ${Buffer.from(value, 'base64').toString()}`;
    default:
      return undefined;
  }
}

/** Weave takes a key as the password of the user `api`, too. */
function apiPassword(authorization: string): string | undefined {
  return /^basic api:(.*)$/s.exec(parse(authorization) ?? '')?.[1];
}
