import { describe, expect, it } from '@jest/globals';
import { treeOrder } from '../../../src/local/pages/tree.ts';

/** `a<b`: a call a whose parent is b. Their order is that of their starts. */
function order(text: string): string {
  const nodes = text.split(' ').map((pair, seq) => {
    const [id = '', parent = null] = pair.split('<');
    return { seq, id, parent_id: parent, started_us: seq, ended_us: null };
  });
  return treeOrder(nodes)
    .map(({ node, depth }) => node.id + depth)
    .join(' ');
}

describe('treeOrder', () => {
  it.each([
    ['one call', 'a', 'a0'],
    ['children in the order they came', 'a b<a c<a', 'a0 b1 c1'],
    ['children below their own parent', 'a b<a c<a d<b', 'a0 b1 d2 c1'],
    ['a child that started before its parent', 'b<a a', 'a0 b1'],
    ['two roots', 'a b c<a', 'a0 c1 b0'],
    ['a call whose parent is not there', 'a b<x c<b', 'a0 b0 c1'],
    ['its own parent', 'a b<b', 'a0 b0'],
    ['a ring', 'a b<d c<b d<c e<d', 'a0 b0 c1 d2 e3'],
    ['one id twice', 'a a b<a', 'a0 b1 a0'],
  ])('%s', (_, given, placed) => {
    expect(order(given)).toBe(placed);
  });

  it('puts a chain of 20,000 calls in order', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => (index === 0 ? '0' : `${index}<${index - 1}`));
    expect(order(chain.join(' ')).endsWith('1999919999')).toBe(true);
  });
});
