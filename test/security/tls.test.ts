import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll, closedOf, openSocket } from '../receive/receivers.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { recordingLog } from '../support/recording-log.ts';
import { createAuthority } from './certificates.ts';
import { authority, open, temporaryFolder, tlsFiles } from './transports.ts';

afterEach(closeAll);

const SECURE = ['https', 'grpcs'] as const;
const NOBODY = createAuthority('somebody else');

function written(text: string): string {
  const file = join(temporaryFolder(), 'file.pem');
  writeFileSync(file, text);
  return file;
}

describe.each(SECURE)('%s', (transport) => {
  it('takes spans from whoever trusts its authority', async () => {
    const { send, accepted } = await open(transport);
    expect(await send()).toMatchObject({ status: 200 });
    expect(accepted).toHaveLength(1);
    await expect(send({}, { ca: NOBODY.cert })).rejects.toThrow();
  });

  it('cuts off who speaks without TLS, and serves the others', async () => {
    const { port, send, accepted } = await open(transport);
    const { socket } = openSocket(port);
    socket.write('POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n');
    await closedOf(socket);
    expect(await send()).toMatchObject({ status: 200 });
    expect(accepted).toHaveLength(1);
  });

  it('asks its senders for a certificate of the given authority', async () => {
    const tls = tlsFiles(undefined, { clientCaFile: written(authority.cert) });
    const { send, accepted } = await open(transport, {}, { tls });
    const ca = authority.cert;
    await expect(send({}, { ca })).rejects.toThrow();
    await expect(send({}, { ca, identity: NOBODY.issue('a stranger') })).rejects.toThrow();
    expect(await send({}, { ca, identity: authority.issue('a sender') })).toMatchObject({ status: 200 });
    expect(accepted).toHaveLength(1);
  });

  it.each([
    ['1.2', 'TLSv1.1', false],
    ['1.2', 'TLSv1.2', true],
    ['1.3', 'TLSv1.2', false],
    ['1.3', 'TLSv1.3', true],
  ] as const)('with min_version %s speaks %s: %s', async (minVersion, maxVersion, isSpoken) => {
    const { port } = await open(transport, {}, { tls: tlsFiles(undefined, { minVersion }) });
    const socket = connect({
      port,
      ca: authority.cert,
      minVersion: 'TLSv1.1',
      maxVersion,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    const answer = await new Promise<boolean>((resolve) => {
      socket.once('secureConnect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    expect(answer).toBe(isSpoken);
  });

  it('shows a renewed certificate to new connections, and leaves open ones alone', async () => {
    const clock = createFakeClock();
    const tls = tlsFiles();
    const { send, port } = await open(transport, { clock }, { tls });
    const before = connect({ port, ca: authority.cert, ALPNProtocols: ['h2', 'http/1.1'] });
    await new Promise((resolve) => before.once('secureConnect', resolve));

    const other = createAuthority('the authority of next year');
    const { cert, key } = other.issue();
    writeFileSync(`${tls.certFile}.new`, cert);
    writeFileSync(`${tls.keyFile}.new`, key);
    renameSync(`${tls.certFile}.new`, tls.certFile);
    renameSync(`${tls.keyFile}.new`, tls.keyFile);
    expect(await send()).toMatchObject({ status: 200 });
    await clock.advance(60_000);
    await expect(send()).rejects.toThrow();
    expect(await send({}, { ca: other.cert })).toMatchObject({ status: 200 });
    expect(before.destroyed).toBe(false);
    before.destroy();
  });

  it('goes on with what it has where renewed files cannot be used, until they can', async () => {
    const clock = createFakeClock();
    const log = recordingLog();
    const tls = tlsFiles();
    const { send } = await open(transport, { clock, log }, { tls });
    const other = createAuthority('the authority of next year');
    const { cert, key } = other.issue();
    writeFileSync(tls.certFile, `${cert} `);
    await clock.advance(60_000);
    expect(await send()).toMatchObject({ status: 200 });
    expect(JSON.stringify(log.lines)).toContain('is not the key of the certificate');
    expect(JSON.stringify(log.lines)).not.toContain('PRIVATE KEY');
    writeFileSync(tls.keyFile, `${key} `);
    await clock.advance(60_000);
    expect(await send({}, { ca: other.cert })).toMatchObject({ status: 200 });
  });

  it('ends a handshake that is begun and not gone on with', async () => {
    const { port } = await open(transport, {}, { handshakeTimeoutMs: 50 });
    const { socket } = openSocket(port);
    // The head of a ClientHello, and nothing of what it announces.
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x01, 0x00, 0x01]));
    await closedOf(socket);
  });

  it('stops to look at its files when it closes', async () => {
    const clock = createFakeClock();
    const { receiver } = await open(transport, { clock });
    expect(clock.waiting()).toBe(1);
    await receiver.close();
    expect(clock.waiting()).toBe(0);
  });

  it('does not look at its files where it cannot listen', async () => {
    const clock = createFakeClock();
    const { port } = await open(transport);
    await expect(open(transport, { clock }, { port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    expect(clock.waiting()).toBe(0);
  });

  it.each<[string, () => Partial<ReturnType<typeof tlsFiles>>, RegExp]>([
    [
      'is not there',
      () => ({ certFile: '/nowhere/tls.crt' }),
      /^receive\.http\.tls\.cert_file: \/nowhere\/tls\.crt cannot be read: ENOENT/,
    ],
    ['holds no certificate', () => ({ certFile: written('hello') }), /cert_file: \S+ holds no certificate in PEM form/],
    [
      'holds a broken one',
      () => ({ certFile: written('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n') }),
      /cert_file: \S+ has a certificate \(number 1\) that cannot be read/,
    ],
    ['is a folder', () => ({ keyFile: '/' }), /key_file: \/ cannot be read: EISDIR/],
    ['holds no key', () => ({ keyFile: written('s3cr3t') }), /key_file: \S+ holds no private key in PEM form\.$/],
    [
      'holds the key of another certificate',
      () => ({ keyFile: written(NOBODY.issue().key) }),
      /key_file: \S+ is not the key of the certificate in \S+\.$/,
    ],
    [
      'holds a key with a passphrase',
      () => ({ keyFile: written('-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA') }),
      /key_file: \S+ is encrypted: give the key without a passphrase/,
    ],
    [
      'for senders is not there',
      () => ({ clientCaFile: '/nowhere/ca.crt' }),
      /client_ca_file: \/nowhere\/ca\.crt cannot be read: ENOENT/,
    ],
    [
      'is far too long',
      () => ({ certFile: written('x'.repeat(2 ** 20 + 1)) }),
      /cert_file: \S+ cannot be read: longer than 1048576 bytes/,
    ],
  ])('does not start where a file %s, and says which', async (_case, files, message) => {
    await expect(open(transport, {}, { tls: tlsFiles(undefined, files()) })).rejects.toMatchObject({
      code: 'TLS_UNUSABLE',
      message: expect.stringMatching(message),
    });
  });
});
