import { describe, expect, it } from '@jest/globals';
import { classify } from '../../src/send/classify.ts';

const NOW = Date.UTC(2026, 8, 1, 12, 0, 0);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** As Weave says what is wrong. */
const JSON_BODY = '{"reason":"because"}';

function judge(httpStatus: number, body = JSON_BODY, retryAfter?: string) {
  return classify({ status: 'answered', httpStatus, retryAfter, body }, NOW);
}

describe('classify', () => {
  const RETRY = [408, 425, 429, ...range(500, 599)];
  const HELD = [...range(300, 399), 401, 402, 403, 404, 405, 407, 410];
  const REFUSED = range(400, 499).filter(
    (status) => status !== 413 && !RETRY.includes(status) && !HELD.includes(status),
  );

  it.each([
    ['accepted', range(200, 299)],
    ['retry', RETRY],
    ['held', HELD],
    ['too_large', [413]],
    ['refused', REFUSED],
  ])('says %s for exactly its statuses', (expected, statuses) => {
    const found = range(200, 599).filter((status) => judge(status).status === expected);
    expect(found).toEqual(statuses.toSorted((a, b) => a - b));
  });

  it.each([
    ['a refused connection', 'ECONNREFUSED'],
    ['a connection that does not come about in time', 'ECONNTIMEOUT'],
    ['an unknown host', 'ENOTFOUND'],
    ['a name server that does not answer', 'EAI_AGAIN'],
    ['an answer cut short', 'ERR_HTTP_CONTENT_LENGTH_MISMATCH'],
    ['a proxy that cannot reach Weave', 'ERR_PROXY_TUNNEL'],
  ])('tries again after %s', (_, code) => {
    const outcome = classify({ status: 'failed', code, message: 'it broke' }, NOW);
    expect(outcome).toEqual({ status: 'retry', reason: `${code}: it broke` });
  });

  it.each(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'])(
    'tries again after %s, for which the size may be the reason where no answer had begun',
    (code) => {
      const broke = classify({ status: 'failed', code, message: 'it broke' }, NOW);
      expect(broke).toEqual({ status: 'retry', reason: `${code}: it broke`, broke: true });
      const begun = classify({ status: 'failed', code, message: 'it broke', httpStatus: 200 }, NOW);
      expect(begun).toEqual({ status: 'retry', reason: `${code}: it broke` });
    },
  );

  it('does not blame the size for a connection that ended before it was there', () => {
    const message = 'Client network socket disconnected before secure TLS connection was established';
    const outcome = classify({ status: 'failed', code: 'ECONNRESET', message }, NOW);
    expect(outcome).toEqual({ status: 'retry', reason: `ECONNRESET: ${message}` });
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'certificate has expired', 'weave.tls.ca_file'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', "Host: a. is not in the cert's altnames: DNS:b", 'weave.url'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'weave.tls.ca_file'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', 'weave.tls.ca_file'],
    ['ERR_PROXY_TUNNEL', 'Failed: HTTP/1.1 407 Proxy Authentication Required', 'proxy'],
  ])('holds everything after %s, for a person has to see to it', (code, message, todo) => {
    const outcome = classify({ status: 'failed', code, message }, NOW);
    expect(outcome).toEqual({
      ...{ status: 'held', concerns: 'server', reason: `${code}: ${message}` },
      todo: expect.stringContaining(todo),
    });
  });

  it('does not say a code twice that the message begins with', () => {
    const message = 'EAI_AGAIN: no answer';
    expect(classify({ status: 'failed', code: 'EAI_AGAIN', message }, NOW)).toMatchObject({ reason: message });
  });

  it.each([200, 400, 401, 500])('tries again when an answer with status %i was cut short', (httpStatus) => {
    const outcome = classify({ status: 'failed', code: 'ECONNRESET', message: 'cut', httpStatus }, NOW);
    expect(outcome.status).toBe('retry');
  });

  it('takes a 413 for what it says though the connection broke with it', () => {
    const outcome = classify({ status: 'failed', code: 'ECONNRESET', message: 'cut', httpStatus: 413 }, NOW);
    expect(outcome.status).toBe('too_large');
  });

  it.each([
    ['no body', '', 'accepted'],
    ['an object', '{"id":"1"}', 'accepted'],
    ['half an object', '{"id":', 'retry'],
    ['a login page', '<!doctype html><title>Sign in</title>', 'retry'],
    ['a list', '[]', 'retry'],
    ['what older endpoints say', '{"res":[{"id":"1","trace_id":"2"},{}]}', 'accepted'],
    ['nothing under error', '{"error":null,"detail":""}', 'accepted'],
    ['an error', '{"error":"quota"}', 'retry'],
    ['the error of a gateway', '{"errors":[{"message":"quota"}]}', 'retry'],
    ['the detail of an error', '{"detail":"quota"}', 'retry'],
    ['the code of an error', '{"error_code":"QUOTA"}', 'retry'],
  ])('takes a 200 with %s for %s: %s', (_, body, expected) => {
    expect(judge(200, body).status).toBe(expected);
  });

  it.each([
    ['seconds', '7', 7000],
    ['a date to come', 'Tue, 01 Sep 2026 12:00:30 GMT', 30_000],
    ['a date gone by', 'Tue, 01 Sep 2026 11:59:00 GMT', 0],
  ])('reads Retry-After as %s', (_, header, afterMs) => {
    expect(judge(429, '', header)).toEqual({ status: 'retry', reason: 'HTTP 429', afterMs });
  });

  it.each(['soon', '-5', ''])('ignores the Retry-After %j', (header) => {
    expect(judge(503, '', header)).toEqual({ status: 'retry', reason: 'HTTP 503' });
  });

  it('gives the message of the server as the reason', () => {
    expect(judge(400, '{"reason":"bad id"}')).toEqual({
      status: 'refused',
      httpStatus: 400,
      reason: 'HTTP 400: bad id',
    });
  });

  it.each([
    [401, 'server', 'weave.api_key'],
    [403, 'project', 'weave.api_key'],
    [404, 'project', 'weave.url'],
    [308, 'project', 'weave.url'],
    [407, 'server', 'proxy'],
  ])('says whom %i concerns and what to do about it', (httpStatus, concerns, todo) => {
    expect(judge(httpStatus)).toMatchObject({
      status: 'held',
      httpStatus,
      concerns,
      todo: expect.stringContaining(todo),
    });
  });

  it.each(['', '<html>400 Bad Request</html>', '[]', '"no"'])(
    'holds calls that something else than Weave refuses: %j',
    (body) => {
      const expected = { status: 'held', concerns: 'project', todo: expect.stringContaining('proxy') };
      for (const httpStatus of REFUSED) expect(judge(httpStatus, body)).toMatchObject(expected);
    },
  );

  it.each([
    ['a route that is not there', '{"detail":"Not Found"}', 'no_route'],
    ['a project that is not there', '{"detail":"Project not found"}', 'held'],
    ['another thing that is not there', '{"reason":"Object not found"}', 'held'],
    ['nothing that Weave would say', 'default backend - 404', 'held'],
  ])('tells by a 404 %s', (_, body, expected) => {
    expect(judge(404, body).status).toBe(expected);
  });

  it('tells a project that takes complete calls only', () => {
    const body = JSON.stringify({ reason: 'upgrade', error_code: 'CALLS_COMPLETE_MODE_REQUIRED' });
    expect(judge(400, body)).toEqual({ status: 'complete_only' });
  });
});
