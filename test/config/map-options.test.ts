import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';

/** Reads the map section from YAML. */
function load(yaml: string) {
  const sources = { env: { PATTERN: '^chat' }, netrcFile: '', readText: () => yaml };
  return loadConfig({ file: 'bridge.yaml', keyNeeded: false }, sources).config.map;
}

describe('the map section', () => {
  it('is whole without being given', () => {
    expect(load('')).toMatchObject({
      usage: 'leaf',
      keep: 'all',
      include: [],
      exclude: [],
      redact: [],
      capture_content: true,
    });
  });

  it('reads lists of filters and rules, patterns with and without flags, variables in them', () => {
    const map = load(`map:
  include: [{name: "\${env:PATTERN}"}]
  exclude:
    - {scope: /http/i}
    - {attribute: http.route, value: ^/health}
  redact:
    - {value: "sk-[a-z]+"}
    - {key: password, replace: "***"}
`);
    expect(map.include).toEqual([{ name: /^chat/ }]);
    expect(map.exclude).toEqual([{ scope: /http/i }, { attribute: { key: 'http.route', value: /^\/health/ } }]);
    expect(map.redact).toEqual([
      { value: /sk-[a-z]+/, replacement: '[redacted]' },
      { key: /password/, replacement: '***' },
    ]);
  });

  it('takes lists as JSON from a variable', () => {
    const env = { OTEL_WEAVE_MAP_REDACT: '[{"value":"x"}]' };
    const { config } = loadConfig({ keyNeeded: false }, { env, netrcFile: '', readText: () => '' });
    expect(config.map.redact).toEqual([{ value: /x/, replacement: '[redacted]' }]);
  });

  it.each([
    ['map: {redact: [{}]}', 'bridge.yaml:1:16: map.redact.0: names neither key nor value'],
    ['map:\n  redact:\n    - value: "(["', 'bridge.yaml:3:14: map.redact.0.value: Invalid regular expression'],
    ['map:\n  exclude:\n    - nam: x', 'bridge.yaml:3:12: map.exclude.0: has no nam; did you mean name?'],
    ['map: {exclude: [{value: x}]}', 'names no scope, name or attribute'],
    ['map: {exclude: [{name: y, value: x}]}', 'has a value but no attribute'],
    ['map: {exclude: {name: x}}', 'map.exclude: Invalid input: expected array'],
    ['map: {keep: some}', 'allowed: one of all, llm'],
  ])('tells what is wrong in %j, and where', (yaml, message) => {
    expect(() => load(yaml)).toThrow(message);
  });
});
