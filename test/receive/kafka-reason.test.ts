import { expect, it } from '@jest/globals';
import { reasonOf } from '../../src/receive/kafka-reason.ts';

const refused = (port: number) =>
  new Error(`Connection to kafka:${port} failed.`, { cause: new Error(`connect ECONNREFUSED :${port}`) });
const several = (...errors: Error[]) => new AggregateError(errors, 'Cannot connect to any broker.');

const endless = new Error('a');
endless.cause = endless;

it.each<[unknown, string]>([
  ['text', 'text'],
  [new Error('Alone.'), 'Alone.'],
  [refused(1), 'Connection to kafka:1 failed: connect ECONNREFUSED :1'],
  [
    new AggregateError([several(refused(1)), several(refused(1), refused(2))], 'failed 4 times'),
    'Connection to kafka:1 failed: connect ECONNREFUSED :1; Connection to kafka:2 failed: connect ECONNREFUSED :2',
  ],
  [several(...[1, 2, 3, 4].map((at) => new Error(`${at}`))), '1; 2; 3'],
  [several(), 'Cannot connect to any broker.'],
  [endless, Array.from({ length: 11 }, () => 'a').join(': ')],
  [new Error('x'.repeat(1000)), 'x'.repeat(500)],
])('%p', (thrown, reason) => expect(reasonOf(thrown)).toBe(reason));
