import { describe, expect, it } from '@jest/globals';
import { readHead } from '../../src/receive/http-head.ts';

const HOST = 'bridge.internal';
const NO_CORS = { allows: () => false };

function head(headers: Readonly<Record<string, string>>, url = '/v1/traces', method = 'POST') {
  return readHead(
    { method, url, headers: { 'content-type': 'application/json', ...headers } },
    { host: HOST, cors: NO_CORS },
  );
}

/** `ok`, or the status of the refusal. */
function outcome(...args: Parameters<typeof head>) {
  const read = head(...args);
  return read.status === 'export' ? 'ok' : read.outcome.status;
}

describe('paths', () => {
  it.each([
    ['/v1/traces', 'traces'],
    ['/otel/v1/traces', 'traces'],
    ['/v1/logs', 'logs'],
    ['/v1/metrics', 'metrics'],
    ['/v1/traces?x=1', 'traces'],
  ])('%s takes %s', (url, signal) => expect(head({}, url)).toMatchObject({ status: 'export', signal }));

  it.each(['/', '/v1/traces/', '/V1/TRACES', '/v1/spans', '/v1development/profiles', '//v1/traces', '*'])(
    '%s is not found',
    (url) => expect(outcome({}, url)).toBe('not_found'),
  );

  it.each(['GET', 'HEAD', 'PUT', 'OPTIONS', 'DELETE', 'PATCH'])('%s is no way to export', (method) => {
    expect(outcome({}, '/v1/traces', method)).toBe('method_not_allowed');
    expect(outcome({}, '/elsewhere', method)).toBe('not_found');
  });
});

describe('media types', () => {
  it.each([
    ['application/x-protobuf', 'protobuf', 'application/x-protobuf'],
    ['application/protobuf', 'protobuf', 'application/protobuf'],
    ['application/json', 'json', 'application/json'],
    ['application/json; charset=utf-8', 'json', 'application/json'],
    ['Application/JSON;charset=UTF-8', 'json', 'application/json'],
    ['APPLICATION/X-PROTOBUF ; v=1', 'protobuf', 'application/x-protobuf'],
  ])('%s is %s, answered as %s', (type, encoding, contentType) => {
    expect(head({ 'content-type': type })).toMatchObject({ status: 'export', reply: { encoding, contentType } });
  });

  it.each(['', 'text/plain', 'application/json-seq', 'application/x-protobuf-delimited', 'json'])(
    '%p is not supported, and answered in JSON',
    (type) =>
      expect(head({ 'content-type': type })).toMatchObject({
        outcome: { status: 'unsupported_media_type' },
        reply: { encoding: 'json', contentType: 'application/json' },
      }),
  );

  it('a missing one is not supported', () => {
    const read = readHead({ method: 'POST', url: '/v1/traces', headers: {} }, { host: HOST, cors: NO_CORS });
    expect(read).toMatchObject({ outcome: { status: 'unsupported_media_type' } });
  });
});

describe('compression', () => {
  it.each([
    ['', 'none'],
    ['identity', 'none'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    [' deflate ', 'deflate'],
    ['zstd', 'zstd'],
  ])('%p is %s', (given, compression) => {
    expect(head({ 'content-encoding': given })).toMatchObject({ status: 'export', compression });
  });

  it.each(['br', 'snappy', 'lz4', 'gzip, gzip', 'gzipped'])('%s is not supported', (given) => {
    expect(outcome({ 'content-encoding': given })).toBe('unsupported_encoding');
  });
});

describe('a request that a web page has a browser make', () => {
  const origin = 'http://somewhere.example';

  it.each(['localhost', 'localhost:4318', '127.0.0.1:4318', '[::1]:4318', 'BRIDGE.internal:4318'])(
    'goes on to %s',
    (host) => expect(outcome({ origin, host })).toBe('ok'),
  );

  it.each(['evil.example', 'evil.example:4318', 'localhost.evil.example', '127.0.0.1.evil.example', ''])(
    'is refused under the name %p, on any path',
    (host) => {
      expect(outcome({ origin, host })).toBe('forbidden');
      expect(outcome({ origin, host }, '/')).toBe('forbidden');
    },
  );

  it('is told from a sender in a sidecar set-up by its Origin', () => {
    expect(outcome({ host: 'otel-weave.default.svc:4318' })).toBe('ok');
  });

  it('may name an IPv6 address that the receiver was told to listen on', () => {
    const headers = { origin, host: '[fd00::1]:4318', 'content-type': 'application/json' };
    expect(readHead({ method: 'POST', url: '/v1/traces', headers }, { host: 'fd00::1', cors: NO_CORS }).status).toBe(
      'export',
    );
  });
});

it('hands on the project header and the announced length', () => {
  expect(head({ project_id: 'team/app', 'content-length': '12' })).toMatchObject({
    projectHeader: 'team/app',
    contentLength: 12,
  });
  expect(head({})).toMatchObject({ projectHeader: undefined, contentLength: undefined });
});
