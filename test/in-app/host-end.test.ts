import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { onEnding } from '../../src/in-app/host-end.ts';

it('hears of the end of a process with one listener for all, for as long as there are any', () => {
  const host = new EventEmitter();
  const ran: number[] = [];
  const stops = Array.from({ length: 12 }, (_, at) => onEnding(host, 'exit', () => void ran.push(at)));
  const stopOther = onEnding(host, 'beforeExit', () => void ran.push(99));
  expect([host.listenerCount('exit'), host.listenerCount('beforeExit')]).toEqual([1, 1]);
  stops[0]?.();
  stops[0]?.();
  host.emit('exit');
  expect(ran).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  host.emit('beforeExit');
  expect(ran.at(-1)).toBe(99);
  for (const stop of [...stops, stopOther]) stop();
  expect([host.listenerCount('exit'), host.listenerCount('beforeExit')]).toEqual([0, 0]);
  const stopLate = onEnding(host, 'exit', () => void ran.push(100));
  host.emit('exit');
  expect(ran.at(-1)).toBe(100);
  stopLate();
  expect(host.listenerCount('exit')).toBe(0);
});
