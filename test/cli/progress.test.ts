import { PassThrough } from 'node:stream';
import { expect, it } from '@jest/globals';
import { startProgress } from '../../src/cli/progress.ts';
import { createCounters } from '../../src/core/counters.ts';
import { createFakeClock } from '../support/fake-clock.ts';

function watch(isTTY: boolean) {
  const clock = createFakeClock();
  const counters = createCounters();
  const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });
  return { clock, counters, text: () => stderr.read(), end: startProgress(counters, { clock, stderr }) };
}

it('tells a person every second how far it is, until it ends', async () => {
  const { clock, counters, text, end } = watch(true);
  counters.add('receiver_accepted_spans', 5, { transport: 'file' });
  await clock.advance(999);
  expect(text()).toBeNull();
  await clock.advance(1);
  expect(text()).toBe('spans: 5 read, 0 delivered, 0 refused\n');
  counters.add('exporter_sent_spans', 3);
  counters.add('dead_letter_spans', 1);
  await clock.advance(1000);
  expect(text()).toBe('spans: 5 read, 3 delivered, 1 refused\n');
  end();
  expect(clock.waiting()).toBe(0);
});

it('tells a program nothing', async () => {
  const { clock, text, end } = watch(false);
  await clock.advance(5000);
  expect(text()).toBeNull();
  end();
});
