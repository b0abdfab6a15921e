import { describe, expect, it } from '@jest/globals';
import { createKeyTree } from '../../src/map/key-tree.ts';

const keys = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `k${at + from}`);

describe('a key tree', () => {
  it('makes a thing once for the same keys in the same order', () => {
    const tree = createKeyTree<object>(1_000);
    const made = tree.of(['a', 'b'], () => ({}));
    expect(tree.of(['a', 'b'], () => ({}))).toBe(made);
    expect(tree.of(['b', 'a'], () => ({}))).not.toBe(made);
    expect(tree.of(['a'], () => ({}))).not.toBe(made);
  });

  it('forgets everything when it is full', () => {
    const tree = createKeyTree<object>(1_000);
    const made = tree.of(['a'], () => ({}));
    for (let at = 0; at < 200; at++) tree.of(keys(10, at * 10), () => ({}));
    expect(tree.of(['a'], () => ({}))).not.toBe(made);
  });

  it('forgets nothing for a list that alone would take much of it', () => {
    const tree = createKeyTree<object>(1_000);
    const made = tree.of(['a'], () => ({}));
    for (let at = 0; at < 100; at++) tree.of(keys(5_000, at), () => ({}));
    expect(tree.of(['a'], () => ({}))).toBe(made);
  });
});
