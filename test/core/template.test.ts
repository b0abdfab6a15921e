import { describe, expect, it } from '@jest/globals';
import { fieldsOf, parseTemplate, type Shape } from '../../src/core/template.ts';

const field = (text: string) => ({ text, keys: text.split('.') });

describe('a template', () => {
  it.each<[string, unknown]>([
    ['', []],
    ['plain } { text', ['plain } { text']],
    ['{{op_name}}', [{ field: field('op_name'), optional: false }]],
    ['a {{ inputs.x? }} b', ['a ', { field: field('inputs.x'), optional: true }, ' b']],
    ['\\{{op_name}}', ['{{', 'op_name}}']],
  ])('%j is read', (text, template) => {
    expect(parseTemplate(text)).toEqual({ status: 'ok', template });
  });

  it.each(['{{}}', '{{a b}}', '{{op_name', '{{a..b}}', 'x {{?}}'])('%j is refused', (text) => {
    expect(parseTemplate(text)).toMatchObject({ status: 'bad', message: expect.stringContaining('is no placeholder') });
  });

  it('knows every place that it asks for', () => {
    const parsed = parseTemplate('{{a}} {{b.c}}');
    const leaf: Shape = { type: 'text', template: parsed.status === 'ok' ? parsed.template : [] };
    const shape: Shape = {
      type: 'object',
      members: [['x', { type: 'list', items: [leaf, { type: 'value', value: 1 }] }]],
    };
    expect(fieldsOf(shape).map(({ text }) => text)).toEqual(['a', 'b.c']);
  });
});
