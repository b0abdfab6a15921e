import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Makes X.509 certificates when a test runs: nothing expires in the repository. https://www.rfc-editor.org/rfc/rfc5280 */

export interface Identity {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export const DAY_MS = 86_400_000;
const [BOOLEAN, INTEGER, BITS, OCTETS, OID, UTF8, TIME, SEQUENCE, SET] = [1, 2, 3, 4, 6, 12, 24, 0x30, 0x31];

function der(tag: number | undefined, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag ?? 0, ...head]), body]);
}

const hex = (text: string) => Buffer.from(text, 'hex');
const ECDSA_SHA256 = der(SEQUENCE, der(OID, hex('2a8648ce3d040302')));
const nameOf = (name: string) =>
  der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, hex('550403')), der(UTF8, Buffer.from(name)))));
const extension = (oid: string, value: Buffer) => der(SEQUENCE, der(OID, hex(oid)), der(OCTETS, value));
const timeOf = (ms: number) => der(TIME, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')}`));

interface Issuer extends Identity {
  readonly name: string;
}

interface Particulars {
  /** In place of `localhost` and 127.0.0.1. */
  readonly host?: string;
  /** When it was made, from now: one of the day before yesterday has expired. */
  readonly ageMs?: number;
}

function certify(name: string, issuer: Issuer | undefined, isCa: boolean, more: Particulars = {}): Issuer {
  const { host = 'localhost', ageMs = 0 } = more;
  const address = host === 'localhost' ? [der(0x87, Buffer.from([127, 0, 0, 1]))] : [];
  const own = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer: KeyObject = issuer ? createPrivateKey(issuer.key) : own.privateKey;
  const nowMs = Date.now() - ageMs;
  const extensions = isCa
    ? [extension('551d13', der(SEQUENCE, der(BOOLEAN, hex('ff'))))]
    : [extension('551d11', der(SEQUENCE, der(0x82, Buffer.from(host)), ...address))];
  const body = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, hex('02'))),
    der(INTEGER, Buffer.concat([hex('01'), randomBytes(15)])),
    ECDSA_SHA256,
    nameOf(issuer?.name ?? name),
    der(SEQUENCE, timeOf(nowMs - DAY_MS), timeOf(nowMs + DAY_MS)),
    nameOf(name),
    createPublicKey(own.privateKey).export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const whole = der(SEQUENCE, body, ECDSA_SHA256, der(BITS, hex('00'), sign('sha256', body, signer)));
  const base64 = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return { name, key, cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n` };
}

/** An authority that signs certificates, for `localhost` and 127.0.0.1 where nothing else is said. */
export function createAuthority(name = 'a test authority') {
  const root = certify(name, undefined, true);
  return {
    cert: root.cert,
    issue: (subject = 'localhost', more: Particulars = {}): Identity => certify(subject, root, false, more),
  };
}
