/** TLS of a receiver, and its renewal: a certificate that lives for days must not end with a restart. */
import type { SecureContextOptions, Server } from 'node:tls';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { readCertificates, readKeyPair } from '../core/pem-files.ts';
import { watchFiles } from './watch-files.ts';

export interface TlsSettings {
  /** The option that the files are given under, for messages: `receive.http.tls`. */
  readonly option: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Senders must show a certificate that one of these has signed. */
  readonly clientCaFile?: string | undefined;
  readonly minVersion: '1.2' | '1.3';
  /** How often the files are looked at. */
  readonly reloadIntervalMs: number;
}

export interface Tls {
  /** For the server when it is created. */
  readonly options: SecureContextOptions & { readonly requestCert: boolean; readonly rejectUnauthorized: boolean };
  /** Gives renewed files to the server: its next connection has them. Those that are open keep what they have. */
  follow(server: Pick<Server, 'setSecureContext'>): void;
  close(): void;
}

/** Throws TLS_UNUSABLE. */
export function createTls({ clock, log }: { readonly clock: Clock; readonly log: Log }, settings: TlsSettings): Tls {
  const { option, certFile, keyFile, clientCaFile, reloadIntervalMs } = settings;
  const paths = [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])];
  let stop: () => void = () => undefined;

  return {
    options: { ...read(settings), requestCert: clientCaFile !== undefined, rejectUnauthorized: true },
    follow(server) {
      stop = watchFiles(clock, paths, reloadIntervalMs, () => {
        try {
          server.setSecureContext(read(settings));
          log.info('TLS files were renewed.', { option });
        } catch (thrown) {
          log.error('Renewed TLS files cannot be used; the ones before go on.', { reason: messageOf(thrown) });
        }
      });
    },
    close: () => stop(),
  };
}

function read({ option, certFile, keyFile, clientCaFile, minVersion }: TlsSettings): SecureContextOptions {
  const { cert, key } = readKeyPair(
    { option: `${option}.cert_file`, path: certFile },
    { option: `${option}.key_file`, path: keyFile },
  );
  const ca = clientCaFile && readCertificates({ option: `${option}.client_ca_file`, path: clientCaFile });
  return { cert, key, minVersion: `TLSv${minVersion}`, ...(ca && { ca }) };
}
