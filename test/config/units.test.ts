import { describe, expect, it } from '@jest/globals';
import { formatEndpoint, parseEndpoint } from '../../src/config/endpoint.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../src/config/units.ts';

describe('durations', () => {
  it.each([
    ['0s', 0],
    ['200ms', 200],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1.5s', 1500],
    ['1h30m', 5_400_000],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '30', 's', '30 s', '-1s', '1d', '30S', '1.s', '..5s', '1s ', '٣s'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  it.each([
    [0, '0s'],
    [200, '200ms'],
    [90_000, '90s'],
    [3_600_000, '1h'],
  ])('%d ms is written %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('sizes', () => {
  it.each([
    ['0', 0],
    ['1024', 1024],
    ['512B', 512],
    ['64MiB', 67_108_864],
    ['1GiB', 1_073_741_824],
    ['1.5KiB', 1536],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', 'MiB', '64MB', '64 MiB', '-1', '1e9', '0x10', '1,5MiB'])('%j is none', (text) =>
    expect(parseSize(text)).toBeUndefined(),
  );

  it.each([
    [0, '0B'],
    [1500, '1500B'],
    [67_108_864, '64MiB'],
  ])('%d bytes are written %s', (bytes, text) => expect(formatSize(bytes)).toBe(text));
});

describe('endpoints', () => {
  it.each([
    ['localhost:4318', 'localhost', 4318],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['[::1]:4318', '::1', 4318],
    ['my-host.example:65535', 'my-host.example', 65_535],
  ])('%s reads, and is written the same', (text, host, port) => {
    const endpoint = parseEndpoint(text);
    expect(endpoint).toEqual({ host, port });
    expect(endpoint && formatEndpoint(endpoint)).toBe(text);
  });

  it('takes :4318 for every interface, as the Collector does', () => {
    expect(parseEndpoint(':4318')).toEqual({ host: '::', port: 4318 });
  });

  it.each([
    '',
    '4318',
    'localhost',
    'localhost:',
    'localhost:65536',
    'localhost:-1',
    '::1:4318',
    'http://localhost:4318',
    'a b:1',
  ])('%j is none', (text) => expect(parseEndpoint(text)).toBeUndefined());
});
