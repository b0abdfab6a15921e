import { hash } from 'node:crypto';

/** Weave's own ingest sampling cuts this fine, too. */
const SHARES = 1_000_000;

/**
 * Whether the one of this id is among the sampled share. The same id has the same verdict at any time and anywhere,
 * and what a lower rate takes a higher one takes as well. With the empty salt this is the hash of Weave's ingest sampling:
 * sha256 as a number, modulo a million.
 */
export function isSampled(id: string, salt: string, rate: number): boolean {
  return rate >= 1 || shareOf(id, salt) < rate;
}

/** Where an id stands among all: 0 to 1. A rate takes those below it. */
export function shareOf(id: string, salt: string): number {
  const digest = hash('sha256', salt + id, 'buffer');
  let rest = 0;
  for (let at = 0; at < digest.length; at += 4) rest = (rest * 2 ** 32 + digest.readUInt32BE(at)) % SHARES;
  return rest / SHARES;
}
