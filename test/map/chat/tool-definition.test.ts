import { describe, expect, it } from '@jest/globals';
import { openAiTools } from '../../../src/map/chat/tool-definition.ts';

const tool = (parameters?: unknown) => ({
  type: 'function',
  function: { name: 'f', description: 'd', ...(parameters !== undefined && { parameters }) },
});
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } };

describe('tool definitions', () => {
  it.each<[string, unknown, readonly unknown[]]>([
    ["OpenAI's own", tool(SCHEMA), [tool(SCHEMA)]],
    ['a name', 'f', [{ type: 'function', function: { name: 'f' } }]],
    ['the flat form', { type: 'function', name: 'f', description: 'd', parameters: SCHEMA }, [tool(SCHEMA)]],
    ["Anthropic's", { name: 'f', description: 'd', input_schema: SCHEMA }, [tool(SCHEMA)]],
    ["the AI SDK's", { name: 'f', description: 'd', inputSchema: SCHEMA }, [tool(SCHEMA)]],
    ["Bedrock's", { toolSpec: { name: 'f', description: 'd', inputSchema: { json: SCHEMA } } }, [tool(SCHEMA)]],
    ["pydantic-ai's", { name: 'f', description: 'd', parameters_json_schema: SCHEMA }, [tool(SCHEMA)]],
    [
      "Gemini's, several in one, types in capitals",
      {
        functionDeclarations: [
          { name: 'f', description: 'd', parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } } },
          { name: 'f', description: 'd' },
        ],
      },
      [tool(SCHEMA), tool()],
    ],
    ['a JSON text', JSON.stringify(tool(SCHEMA)), [tool(SCHEMA)]],
    [
      "the AI SDK's of a provider",
      { type: 'provider-defined', id: 'openai.web_search', name: 'web', args: {} },
      [{ type: 'provider-defined', id: 'openai.web_search', name: 'web', args: {} }],
    ],
    [
      "Anthropic's of its own",
      { type: 'web_search_20250305', name: 'web', max_uses: 3 },
      [{ type: 'web_search_20250305', name: 'web', max_uses: 3 }],
    ],
    ["a provider's own, which is no function", { googleSearch: {} }, [{ googleSearch: {} }]],
  ])('take %s', (_whose, definition, expected) => {
    expect(openAiTools([definition])).toEqual(expected);
  });
});
