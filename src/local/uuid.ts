import type { Clock } from '../core/clock.ts';

/** A version 7 UUID: what Weave gives to calls and feedback that come without an id. */
export function uuidv7(clock: Clock): string {
  const time = clock.now().toString(16).padStart(12, '0');
  const hex = (digits: number) =>
    Math.floor(clock.random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  const variant = (8 + Math.floor(clock.random() * 4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
}
