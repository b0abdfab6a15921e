import { expect, it } from '@jest/globals';
import type { Account } from '../../src/core/accounts.ts';
import { MIB, openQueue, PROJECT, request, SPAN_ID, temporaryDir } from './world.ts';

it('a request keeps what few requests have when the queue is closed and opened again', async () => {
  const { dir, remove } = temporaryDir();
  const more = { project: PROJECT, pinned: true, account: 'abc' as Account, only: [SPAN_ID] };
  const before = openQueue(dir);
  await before.put(request(1, 10, more));
  await before.put(request(2));
  await before.close();
  const after = openQueue(dir);
  const [first, second] = after.claim(MIB);
  expect(first).toMatchObject(more);
  for (const name of ['pinned', 'account', 'only']) expect(second).not.toHaveProperty(name);
  await after.close();
  remove();
});
