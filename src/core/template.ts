import { type FieldPath, parseFieldPath } from './field-path.ts';

/** A text with places for values of a call: `Was this helpful? {{output.choices.0.message.content}}`. */
export type Template = readonly (string | Placeholder)[];

export interface Placeholder {
  readonly field: FieldPath;
  /** `{{path?}}`: a call without it gives empty text. Otherwise such a call cannot be rendered. */
  readonly optional: boolean;
}

/** A JSON value whose texts are templates. */
export type Shape =
  | { readonly type: 'text'; readonly template: Template }
  | { readonly type: 'list'; readonly items: readonly Shape[] }
  | { readonly type: 'object'; readonly members: readonly (readonly [string, Shape])[] }
  | { readonly type: 'value'; readonly value: number | boolean | null };

export type ParsedTemplate =
  | { readonly status: 'ok'; readonly template: Template }
  | { readonly status: 'bad'; readonly message: string };

/** Reads `{{path}}` and `{{path?}}`; `\{{` stands for two braces. */
export function parseTemplate(text: string): ParsedTemplate {
  const template: (string | Placeholder)[] = [];
  for (const piece of text.split(/(\\\{\{|\{\{[^{}]*\}\}|\{\{)/)) {
    if (piece === '\\{{') template.push('{{');
    else if (piece.startsWith('{{')) {
      const optional = /\?\s*\}\}$/.test(piece);
      const field = parseFieldPath(piece.replace(/^\{\{\s*|\s*\??\s*\}\}$/g, ''));
      if (!field)
        return { status: 'bad', message: `${piece} is no placeholder; write {{path}}, or \\{{ for two braces` };
      template.push({ field, optional });
    } else if (piece !== '') template.push(piece);
  }
  return { status: 'ok', template };
}

/** Every place of a call that the shape asks for. */
export function fieldsOf(shape: Shape): readonly FieldPath[] {
  switch (shape.type) {
    case 'text':
      return shape.template.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.field]));
    case 'list':
      return shape.items.flatMap(fieldsOf);
    case 'object':
      return shape.members.flatMap(([, member]) => fieldsOf(member));
    case 'value':
      return [];
  }
}
