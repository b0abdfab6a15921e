import type { Config } from '../config/options.ts';
import { readSenderKeys } from '../config/sender-keys.ts';
import { systemSources } from '../config/sources.ts';
import { createAccounts } from '../core/accounts.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { silentLog } from '../core/log.ts';
import { createAdmit } from '../receive/admit.ts';
import { createTls } from '../receive/tls.ts';
import { tlsSettings } from './receivers.ts';
import type { Verdict } from './verdict.ts';
import { weaveAgents } from './way-out.ts';

/** What the verdict on the files of the connection to Weave is about. */
export const WEAVE_TLS = 'weave.tls';

/** Reads the files that a start reads beside the configuration, those that are configured. */
export function fileVerdicts(config: Config, clock: Clock): readonly Verdict[] {
  const { http, grpc, auth } = config.receive;
  const receivers = [tlsSettings('receive.http.tls', http.tls), tlsSettings('receive.grpc.tls', grpc.tls)];
  const tls = receivers.filter((settings) => settings !== null);
  return [
    ...tls.map((settings) => verdict(settings.option, () => createTls({ clock, log: silentLog }, settings))),
    ...(auth.keys.length > 0 ? [verdict('receive.auth.keys', () => readAuth(auth))] : []),
    ...(Object.values(config.weave.tls).some((file) => file !== undefined)
      ? [verdict(WEAVE_TLS, () => weaveAgents(config, systemSources(), 1))]
      : []),
  ];
}

/** Throws AUTH_UNUSABLE. */
function readAuth({ keys, wandb_key: wandbKey }: Config['receive']['auth']): void {
  createAdmit(createAccounts({ maxKeys: 1 }), { keys: readSenderKeys(keys, systemSources()), wandbKey });
}

function verdict(about: string, use: () => void): Verdict {
  try {
    use();
    return { status: 'ok', about, text: 'can be used' };
  } catch (thrown) {
    return { status: 'failed', about, text: messageOf(thrown) };
  }
}
