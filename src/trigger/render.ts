import { type FieldPath, valuesAt } from '../core/field-path.ts';
import type { Shape, Template } from '../core/template.ts';

export type Rendered =
  | { readonly status: 'rendered'; readonly body: string }
  /** The call has nothing at this place. */
  | { readonly status: 'missing'; readonly field: string };

/** A place of the template that the call does not fill. */
class Missing extends Error {
  readonly field: string;
  constructor(field: FieldPath) {
    super('missing');
    this.field = field.text;
  }
}

/** The JSON text of a request about a call. Values are put into texts, not into JSON, so nothing of a call can change its form. */
export function renderRequest(shape: Shape, call: unknown): Rendered {
  try {
    return { status: 'rendered', body: JSON.stringify(render(shape, call)) };
  } catch (thrown) {
    if (thrown instanceof Missing) return { status: 'missing', field: thrown.field };
    throw thrown;
  }
}

function render(shape: Shape, call: unknown): unknown {
  switch (shape.type) {
    case 'text':
      return renderText(shape.template, call);
    case 'list':
      return shape.items.map((item) => render(item, call));
    case 'object':
      return Object.fromEntries(shape.members.map(([key, member]) => [key, render(member, call)]));
    case 'value':
      return shape.value;
  }
}

/** A text that is one placeholder and nothing else becomes the value itself: `"messages": "{{inputs.messages}}"`. */
function renderText(template: Template, call: unknown): unknown {
  const [first] = template;
  if (template.length === 1 && typeof first === 'object') return filling(first, call) ?? '';
  return template.map((piece) => (typeof piece === 'string' ? piece : asText(filling(piece, call)))).join('');
}

function filling({ field, optional }: Exclude<Template[number], string>, call: unknown): unknown {
  const values = valuesAt(call, field).filter((value) => value !== null);
  if (values.length === 0 && !optional) throw new Missing(field);
  return values.length > 1 ? values : values[0];
}

function asText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
