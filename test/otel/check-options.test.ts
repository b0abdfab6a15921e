import { describe, expect, it } from '@jest/globals';
import { checkOptions } from '../../src/otel/check-options.ts';

const GOOD = {
  project: 'team/app',
  live: { after: 5 },
  ca: ['pem'],
  headers: {},
  scoring: [],
  mask: () => 'x',
  captureContent: false,
  timeoutMillis: 1,
};

describe('the options that JavaScript hands over', () => {
  it('are taken as they are where they are what they have to be', () => {
    expect(checkOptions(GOOD)).toEqual({ status: 'usable', options: GOOD, warnings: [] });
    expect(checkOptions({ live: true, ca: Buffer.from('pem') })).toMatchObject({ warnings: [] });
  });

  it('count as left out where they are null', () => {
    const nothing = Object.fromEntries(Object.keys(GOOD).map((name) => [name, null]));
    expect(checkOptions(nothing)).toEqual({ status: 'usable', options: {}, warnings: [] });
  });

  it.each([
    ['a slip', { projct: 'x' }, 'There is no option projct: it is left out (is it project that is meant?)'],
    ['a name from elsewhere', { toString: 1 }, 'There is no option toString: it is left out'],
    [
      'headers as a text',
      { headers: 'a: b' },
      'The option headers is to be an object, and is a string: it is left out',
    ],
    ['rules as an object', { scoring: {} }, 'The option scoring is to be a list, and is an object: it is left out'],
    [
      'a number as a text',
      { maxQueueSize: '5' },
      'The option maxQueueSize is to be a number, and is a string: it is left out',
    ],
    [
      'live as a text',
      { live: 'true' },
      'The option live is to be a boolean or an object, and is a string: it is left out',
    ],
  ])('are left out and told of: %s', (_what, given, warning) => {
    expect(checkOptions(given)).toEqual({ status: 'usable', options: {}, warnings: [warning] });
  });

  it.each(['project', 'url', 'apiKey'])('send spans nowhere where %s is mistaken', (name) => {
    expect(checkOptions({ [name]: 5 })).toEqual({
      status: 'misdirected',
      reason: `the option ${name} is to be a string, and is a number`,
    });
  });

  it.each([{ mask: 5 }, { shouldExportSpan: 5 }, { captureContent: 'false' }])('go on guarding: %j', (given) => {
    expect(checkOptions(given)).toMatchObject({
      options: given,
      warnings: [expect.stringContaining('nothing gets past')],
    });
  });
});
