import { describe, expect, it } from '@jest/globals';
import { listAt, MAX_INDEX } from '../../src/map/indexed.ts';
import { viewOf } from '../../src/map/span-view.ts';
import { spanOf } from '../support/spans.ts';

const list = (attributes: Readonly<Record<string, unknown>>) => listAt(viewOf(spanOf({ attributes })), 'm.');

describe('a flattened list', () => {
  it.each([
    [
      { 'm.0.role': 'a', 'm.0.tool.1.id': 'y', 'm.0.tool.0.id': 'x' },
      [{ role: 'a', tool: [{ id: 'x' }, { id: 'y' }] }],
    ],
    [{ 'm.2.role': 'c', 'm.0.role': 'a' }, [{ role: 'a' }, { role: 'c' }]],
    [{ 'm.10.r': 'k', 'm.9.r': 'j' }, [{ r: 'j' }, { r: 'k' }]],
    [{ 'm.0': 'text' }, ['text']],
    [{ 'm.name': 'x', 'm.version': '2' }, undefined],
    [{ 'm.0.role': 'a', 'm.name': 'x' }, [{ role: 'a' }]],
    [{}, undefined],
  ])('is rebuilt from %j', (attributes, expected) => {
    expect(list(attributes)).toEqual(expected);
  });

  it('takes no index beyond its limit, and no magic key', () => {
    expect(list({ [`m.${MAX_INDEX + 1}.role`]: 'x', 'm.99999999999999999999.role': 'x' })).toBeUndefined();
    expect(JSON.stringify(list({ 'm.0.__proto__.polluted': 'x' }))).toBe('[{"__proto__":{"polluted":"x"}}]');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
