/**
 * Loaded before a bridge (`node --import`): its wall clock jumps back and forth by up to a day, as where a machine
 * slept or was set right. What is measured with the monotonic clock stays as it is.
 */
import { createDice } from './dice.ts';

const DAY_MS = 24 * 60 * 60_000;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2000;

const dice = createDice(Number(process.env['CHAOS_CLOCK_SEED']));
const realNow = Date.now;
let aheadMs = 0;
Date.now = () => realNow() + aheadMs;

function jump(): void {
  aheadMs = Math.round(dice.between(-DAY_MS, DAY_MS));
  setTimeout(jump, dice.between(MIN_PAUSE_MS, MAX_PAUSE_MS)).unref();
}

setTimeout(jump, MIN_PAUSE_MS).unref();
