import { describe, expect, it } from '@jest/globals';
import { silentLog } from '../../src/core/log.ts';
import { createMasker } from '../../src/otel/mask.ts';
import { recordingLog } from '../support/recording-log.ts';
import { attributesOf, spanOf } from '../support/spans.ts';

const SPAN = {
  ...spanOf({
    name: 'secret name',
    status: { code: 2, message: 'secret message' },
    attributes: { key: 'secret', count: 3, list: ['secret', 'open'] },
    events: [{ name: 'event', attributes: { inside: 'secret' } }],
  }),
  links: [
    {
      traceId: 'a',
      spanId: 'b',
      traceState: '',
      flags: 0,
      attributes: attributesOf({ l: 'secret' }),
      droppedAttributesCount: 0,
    },
  ],
};

const hide = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(hide) : typeof value === 'string' ? value.replaceAll('secret', '***') : value;

describe('a mask', () => {
  it('is asked for every value of span, events and links, with its key', () => {
    const asked: string[] = [];
    const masked = createMasker((value, key) => {
      asked.push(key);
      return hide(value);
    }, silentLog)(SPAN);
    expect(asked.toSorted()).toEqual(['count', 'inside', 'key', 'l', 'list', 'name', 'status.message']);
    expect(masked.name).toBe('*** name');
    expect(masked.status).toEqual({ code: 2, message: '*** message' });
    expect(masked.attributes).toEqual(attributesOf({ key: '***', count: 3, list: ['***', 'open'] }));
    expect(masked.events[0]?.attributes).toEqual(attributesOf({ inside: '***' }));
    expect(masked.links[0]?.attributes).toEqual(attributesOf({ l: '***' }));
    expect(SPAN.attributes.get('key')).toBe('secret');
  });

  it('leaves out what it answers nothing for', () => {
    const masked = createMasker((value, key) => (key === 'key' ? undefined : value), silentLog)(SPAN);
    expect([...masked.attributes.keys()]).toEqual(['count', 'list']);
  });

  it.each([
    ['throws', () => JSON.parse('no JSON')],
    ['answers what no attribute can be', () => Symbol('no')],
    ['answers later', async () => JSON.parse('no JSON')],
  ])('that %s leaves nothing of the value', (_what, mask) => {
    const log = recordingLog();
    const masked = createMasker(mask, log)(SPAN);
    expect(masked.attributes.get('key')).toBe('[mask failed]');
    expect(masked.name).toBe('[mask failed]');
    expect(log.lines[0]?.message).toContain('The option mask');
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });

  it('sees objects as the app has set them, however deep, and may answer with one', () => {
    const request = { messages: [{ content: 'secret', n: 1 }], open: 'yes' };
    const span = spanOf({ attributes: { request, text: 'open' } });
    const seen: unknown[] = [];
    const masked = createMasker((value, key) => {
      seen.push(value);
      if (key === 'text') return { said: value, why: undefined };
      return JSON.parse(JSON.stringify(value).replace('secret', '***'));
    }, silentLog)(span);
    expect(seen).toContainEqual(request);
    const hidden = { messages: [{ content: '***', n: 1 }], open: 'yes' };
    expect(masked.attributes).toEqual(attributesOf({ request: hidden, text: { said: 'open' } }));
  });

  it('that answers an object for a text leaves nothing of it', () => {
    expect(createMasker((value) => ({ value }), silentLog)(SPAN).name).toBe('[mask failed]');
  });

  it('that is not given changes nothing', () => {
    expect(createMasker(undefined, silentLog)(SPAN)).toBe(SPAN);
  });
});
