import { describe, expect, it } from '@jest/globals';
import { pathMatcher, pathTo } from '../../../src/local/http/paths.ts';

const PATTERN = '/traces/:entity/:id';

describe('paths', () => {
  it.each([
    ['/traces/acme/1', { entity: 'acme', id: '1' }],
    ['/traces/a%20b/%2F', { entity: 'a b', id: '/' }],
    ['/traces/acme', undefined],
    ['/traces/acme/', undefined],
    ['/traces/acme/1/2', undefined],
    ['/other/acme/1', undefined],
    ['/traces/%/1', undefined],
  ])('%s has the parameters %j', (path, parameters) => {
    expect(pathMatcher(PATTERN)(path)).toEqual(parameters);
  });

  it.each(['plain', 'a b', '../x', 'q?a=1#b', '"><script>', 'ä'])('a link to "%s" leads back to it', (id) => {
    const link = pathTo(PATTERN, { entity: 'acme', id }, { page: 2, none: undefined });
    expect(link).not.toMatch(/["<>\s]/);
    const url = new URL(link, 'http://localhost');
    expect(pathMatcher(PATTERN)(url.pathname)).toEqual({ entity: 'acme', id });
    expect(url.search).toBe('?page=2');
  });
});
