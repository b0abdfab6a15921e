import { parseJson } from '../json-text.ts';
import { isObject } from './message.ts';

/** Gemini writes the types of a JSON schema in capitals. */
const GEMINI_TYPES: ReadonlySet<string> = new Set([
  'STRING',
  'NUMBER',
  'INTEGER',
  'BOOLEAN',
  'ARRAY',
  'OBJECT',
  'NULL',
]);

/** Tools in OpenAI's shape: `{type, function: {name, description, parameters}}`. One that is no function stays as it is. */
export function openAiTools(definitions: readonly unknown[]): readonly unknown[] {
  return definitions.flatMap((definition) => {
    const tool = typeof definition === 'string' ? (parseJson(definition) ?? definition) : definition;
    const declared = isObject(tool) ? (tool['functionDeclarations'] ?? tool['function_declarations']) : undefined;
    return Array.isArray(declared) ? declared.map(openAiTool) : [openAiTool(tool)];
  });
}

function openAiTool(tool: unknown): unknown {
  if (typeof tool === 'string') return { type: 'function', function: { name: tool } };
  if (!isObject(tool) || isObject(tool['function'])) return tool;
  const spec = isObject(tool['toolSpec']) ? tool['toolSpec'] : tool;
  if (typeof spec['name'] !== 'string') return tool;
  const schema =
    spec['parameters'] ??
    spec['inputSchema'] ??
    spec['input_schema'] ??
    spec['parametersJsonSchema'] ??
    spec['parameters_json_schema'];
  // a provider's own tool: what it is stands in other members
  if (schema === undefined && typeof spec['type'] === 'string' && spec['type'] !== 'function') return tool;
  return {
    type: 'function',
    function: {
      name: spec['name'],
      ...(spec['description'] !== undefined && { description: spec['description'] }),
      ...(schema !== undefined && {
        parameters: jsonSchema(isObject(schema) && isObject(schema['json']) ? schema['json'] : schema),
      }),
    },
  };
}

function jsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(jsonSchema);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'type' && typeof value === 'string' && GEMINI_TYPES.has(value) ? value.toLowerCase() : jsonSchema(value),
    ]),
  );
}
