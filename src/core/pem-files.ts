/** Reads certificates and keys, and says plainly which file is wrong and how. Never shows what a file holds. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { BridgeError, messageOf } from './errors.ts';

/** A file, and the option that names it. */
export interface PemFile {
  readonly option: string;
  readonly path: string;
}

export interface KeyPair {
  /** The certificate, and those that it depends on behind it. */
  readonly cert: string;
  readonly key: string;
}

const MAX_PEM_BYTES = 1024 * 1024;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The text of a file with one certificate or more. Throws TLS_UNUSABLE. */
export function readCertificates(file: PemFile): string {
  const pem = read(file);
  parse(file, pem);
  return pem;
}

/** A certificate and its key. Throws TLS_UNUSABLE, also where the two do not belong together. */
export function readKeyPair(certFile: PemFile, keyFile: PemFile): KeyPair {
  const cert = read(certFile);
  const leaf = parse(certFile, cert);
  const key = read(keyFile);
  if (key.includes('ENCRYPTED')) throw unusable(keyFile, 'is encrypted: give the key without a passphrase');
  if (!leaf.checkPrivateKey(parseKey(keyFile, key))) {
    throw unusable(keyFile, `is not the key of the certificate in ${certFile.path}`);
  }
  return { cert, key };
}

function read(file: PemFile): string {
  try {
    if (statSync(file.path).size > MAX_PEM_BYTES) throw new Error(`longer than ${MAX_PEM_BYTES} bytes`);
    return readFileSync(file.path, 'utf8');
  } catch (thrown) {
    throw unusable(file, `cannot be read: ${messageOf(thrown)}`);
  }
}

/** Every certificate is looked at; the first is answered. */
function parse(file: PemFile, pem: string): X509Certificate {
  const [leaf] = (pem.match(CERTIFICATE) ?? []).map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (thrown) {
      throw unusable(file, `has a certificate (number ${index + 1}) that cannot be read: ${messageOf(thrown)}`);
    }
  });
  if (leaf === undefined) throw unusable(file, 'holds no certificate in PEM form');
  return leaf;
}

function parseKey(file: PemFile, pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    // What OpenSSL says here helps nobody: "DECODER routines::unsupported".
    throw unusable(file, 'holds no private key in PEM form');
  }
}

function unusable({ option, path }: PemFile, what: string): BridgeError {
  return new BridgeError('TLS_UNUSABLE', `${option}: ${path} ${what}.`);
}
