import type { ProjectId } from '../core/call.ts';
import { BridgeError } from '../core/errors.ts';
import { readKeyFile } from './api-key.ts';
import type { SenderKeyOption } from './receive-options.ts';
import type { Sources } from './sources.ts';

type Credential =
  | { readonly scheme: 'bearer'; readonly token: string }
  | { readonly scheme: 'basic'; readonly username: string; readonly password: string };

/** The keys of `receive.auth.keys` as they are now. Throws AUTH_UNUSABLE where a file gives none. */
export function readSenderKeys(options: readonly SenderKeyOption[], sources: Sources) {
  return options.map(({ name, username, key, project }) => {
    const text = 'file' in key ? readKeyFile(key.file, sources) : key.value.reveal();
    if (text === undefined) {
      const file = 'file' in key ? key.file : '';
      throw new BridgeError('AUTH_UNUSABLE', `receive.auth.keys: cannot read the key of ${name} from ${file}.`);
    }
    const credential: Credential =
      username === null ? { scheme: 'bearer', token: text } : { scheme: 'basic', username, password: text };
    return { name, credential, project: project ?? (null as ProjectId | null) };
  });
}

/** The files that hold keys: they may change while the bridge runs. */
export function senderKeyFiles(options: readonly SenderKeyOption[]): readonly string[] {
  return options.flatMap(({ key }) => ('file' in key ? [key.file] : []));
}
