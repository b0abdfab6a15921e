import { hash } from 'node:crypto';

/** Weave's own ingest sampling cuts this fine, too. */
const SHARES = 1_000_000;

/**
 * Whether the one of this id is among the sampled share. The same id has the same verdict at any time and anywhere,
 * and what a lower rate takes a higher one takes as well. With the empty salt this is the hash of Weave's ingest sampling:
 * sha256 as a number, modulo a million.
 */
export type IsSampled = (id: string, salt: string, rate: number) => boolean;

/** The sampler remembers its last id: many rules ask about the same one in turn. */
export function createSampler(): IsSampled {
  let last = '';
  let share = 0;
  return (id, salt, rate) => {
    if (rate >= 1) return true;
    const salted = salt === '' ? id : salt + id;
    if (salted !== last) {
      share = shareOf(salted);
      last = salted;
    }
    return share < rate * SHARES;
  };
}

function shareOf(salted: string): number {
  const digest = hash('sha256', salted, 'buffer');
  let rest = 0;
  for (let at = 0; at < digest.length; at += 4) rest = (rest * 2 ** 32 + digest.readUInt32BE(at)) % SHARES;
  return rest;
}
