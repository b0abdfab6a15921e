import { describe, expect, it } from '@jest/globals';
import { toMessages, withSystem } from '../../../src/map/chat/messages.ts';

const call = (name: string, args: string, id?: string) => ({
  ...(id !== undefined && { id }),
  type: 'function',
  function: { name, arguments: args },
});

/** One row a shape that some library writes: [where it comes from, what it wrote, what Weave shows]. */
const SHAPES: readonly (readonly [string, unknown, unknown])[] = [
  ['bare text', 'Hi', [{ role: 'user', content: 'Hi' }]],
  ['OpenAI chat', [{ role: 'user', content: 'Hi' }], [{ role: 'user', content: 'Hi' }]],
  ['JSON text of messages', '[{"role":"user","content":"Hi"}]', [{ role: 'user', content: 'Hi' }]],
  ['JSON text that is somebody’s data', '{"city":"Paris"}', [{ role: 'user', content: '{"city":"Paris"}' }]],
  ['GenAI text part', [{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }], [{ role: 'user', content: 'Hi' }]],
  [
    'GenAI tool call with an object of arguments',
    [{ role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'f', arguments: { a: 1 } }] }],
    [{ role: 'assistant', content: null, tool_calls: [call('f', '{"a":1}', 'c1')] }],
  ],
  [
    'GenAI tool response under role user',
    [{ role: 'user', parts: [{ type: 'tool_call_response', id: 'c1', response: { ok: true } }] }],
    [{ role: 'tool', content: '{"ok":true}', tool_call_id: 'c1' }],
  ],
  [
    'GenAI tool response called result',
    [{ role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', name: 'f', result: 'fine' }] }],
    [{ role: 'tool', content: 'fine', name: 'f', tool_call_id: 'c1' }],
  ],
  [
    'GenAI reasoning',
    [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'hm' },
          { type: 'text', content: 'Yes' },
        ],
      },
    ],
    [{ role: 'assistant', content: 'Yes', reasoning_content: 'hm' }],
  ],
  [
    'GenAI blob',
    [
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'see' },
          { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'QUJD' },
        ],
      },
    ],
    [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
        ],
      },
    ],
  ],
  [
    'GenAI uri of a document',
    [
      {
        role: 'user',
        parts: [{ type: 'uri', modality: 'document', mime_type: 'application/pdf', uri: 'https://x/y.pdf' }],
      },
    ],
    [
      {
        role: 'user',
        content: [{ type: 'file', file: { file_data: 'https://x/y.pdf', mime_type: 'application/pdf' } }],
      },
    ],
  ],
  [
    'GenAI blob of audio',
    [{ role: 'user', parts: [{ type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: 'QUJD' }] }],
    [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'QUJD', format: 'wav' } }] }],
  ],
  [
    'OpenAI image part',
    [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }] }],
    [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }] }],
  ],
  [
    'OpenAI tool calls',
    [
      { role: 'assistant', content: null, tool_calls: [call('f', '{}', 'c1')] },
      { role: 'tool', content: 'ok', tool_call_id: 'c1' },
    ],
    [
      { role: 'assistant', content: null, tool_calls: [call('f', '{}', 'c1')] },
      { role: 'tool', content: 'ok', tool_call_id: 'c1' },
    ],
  ],
  [
    'OpenAI refusal',
    [{ role: 'assistant', content: null, refusal: 'No.' }],
    [{ role: 'assistant', content: null, refusal: 'No.' }],
  ],
  [
    'OpenAI function call of old',
    [{ role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } }],
    [{ role: 'assistant', content: null, tool_calls: [call('f', '{"a":1}')] }],
  ],
  ['a role that only this app knows', [{ role: 'critic', content: 'Bad.' }], [{ role: 'critic', content: 'Bad.' }]],
  [
    'OpenAI Responses items',
    [
      { role: 'user', content: 'Weather?' },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
      { type: 'function_call', id: 'fc', call_id: 'c1', name: 'f', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Sunny' }] },
    ],
    [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: null, tool_calls: [call('f', '{"a":1}', 'c1')], reasoning_content: 'hm' },
      { role: 'tool', content: 'sunny', tool_call_id: 'c1' },
      { role: 'assistant', content: 'Sunny' },
    ],
  ],
  [
    'an OpenAI Responses request',
    { model: 'm', instructions: 'Be kind', input: 'Hi' },
    [
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hi' },
    ],
  ],
  [
    'Anthropic content blocks',
    [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'ok' }] }] },
      {
        role: 'user',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'QQ==' } }],
      },
    ],
    [
      { role: 'assistant', content: null, tool_calls: [call('f', '{"a":1}', 't1')], reasoning_content: 'hm' },
      { role: 'tool', content: 'ok', tool_call_id: 't1' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/jpeg;base64,QQ==' } }] },
    ],
  ],
  [
    'an Anthropic request',
    { model: 'm', system: [{ type: 'text', text: 'Be kind' }], messages: [{ role: 'user', content: 'Hi' }] },
    [
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hi' },
    ],
  ],
  [
    'Bedrock blocks',
    [
      { role: 'user', content: [{ text: 'Hi' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 't1', name: 'f', input: { a: 1 } } }] },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 't1', status: 'success', content: [{ json: { b: 2 } }] } }],
      },
    ],
    [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: [call('f', '{"a":1}', 't1')] },
      { role: 'tool', content: '{"b":2}', tool_call_id: 't1' },
    ],
  ],
  ['bare Bedrock blocks', [{ text: 'one' }], [{ role: 'user', content: 'one' }]],
  [
    'a Gemini request',
    {
      model: 'gemini',
      config: { system_instruction: 'Be kind' },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [{ function_call: { name: 'f', args: { a: 1 } } }] },
        { role: 'user', parts: [{ function_response: { name: 'f', response: { ok: true } } }] },
      ],
    },
    [
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: [call('f', '{"a":1}')] },
      { role: 'tool', content: '{"ok":true}', name: 'f' },
    ],
  ],
  [
    'Genkit content',
    [
      { role: 'model', content: [{ toolRequest: { name: 'f', ref: 'r1', input: { a: 1 } } }] },
      { role: 'tool', content: [{ toolResponse: { name: 'f', ref: 'r1', output: { b: 2 } } }] },
      { role: 'user', content: [{ media: { url: 'data:image/png;base64,QQ==', contentType: 'image/png' } }] },
    ],
    [
      { role: 'assistant', content: null, tool_calls: [call('f', '{"a":1}', 'r1')] },
      { role: 'tool', content: '{"b":2}', name: 'f', tool_call_id: 'r1' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } }] },
    ],
  ],
  [
    'AI SDK parts',
    [
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'f', input: { a: 1 } }] },
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'f', output: { type: 'json', value: { b: 2 } } }],
      },
      { role: 'user', content: [{ type: 'file', mediaType: 'application/pdf', filename: 'a.pdf', data: 'QQ==' }] },
    ],
    [
      { role: 'assistant', content: null, tool_calls: [call('f', '{"a":1}', 'c1')] },
      { role: 'tool', content: '{"b":2}', name: 'f', tool_call_id: 'c1' },
      {
        role: 'user',
        content: [
          {
            type: 'file',
            file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,QQ==', mime_type: 'application/pdf' },
          },
        ],
      },
    ],
  ],
  [
    'an AI SDK prompt',
    { system: 'Be kind', prompt: 'Hi' },
    [
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hi' },
    ],
  ],
  [
    'LangChain serialised messages in a list of lists',
    [[{ lc: 1, type: 'constructor', id: ['langchain_core', 'messages', 'HumanMessage'], kwargs: { content: 'Hi' } }]],
    [{ role: 'user', content: 'Hi' }],
  ],
  [
    'a LangChain tool call beside its OpenAI form',
    [
      {
        lc: 1,
        id: ['langchain_core', 'messages', 'AIMessage'],
        kwargs: {
          content: '',
          tool_calls: [{ name: 'f', args: { a: 1 }, id: 'c1', type: 'tool_call' }],
          additional_kwargs: { tool_calls: [call('f', '{"a":1}', 'c1')] },
        },
      },
    ],
    [{ role: 'assistant', content: '', tool_calls: [call('f', '{"a":1}', 'c1')] }],
  ],
  ['LangChain dicts', [{ type: 'human', data: { content: 'Hi' } }], [{ role: 'user', content: 'Hi' }]],
  [
    'OpenInference, unflattened',
    [
      { message: { role: 'system', content: 'Be kind' } },
      {
        message: {
          role: 'assistant',
          tool_calls: [{ tool_call: { id: 'c1', function: { name: 'f', arguments: '{}' } } }],
          contents: [
            {
              message_content: { type: 'tool_use' },
              tool_call: { id: 'c1', function: { name: 'f', arguments: '{}' } },
            },
          ],
        },
      },
      { message: { role: 'user', tool_call_id: 'c1', content: 'ok' } },
      {
        message: {
          role: 'user',
          contents: [{ message_content: { type: 'image', image: { image: { url: 'data:image/png;base64,QQ==' } } } }],
        },
      },
    ],
    [
      { role: 'system', content: 'Be kind' },
      { role: 'assistant', content: null, tool_calls: [call('f', '{}', 'c1')] },
      { role: 'tool', content: 'ok', tool_call_id: 'c1' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } }] },
    ],
  ],
  [
    'a part that nobody knows, kept as its JSON',
    [{ role: 'user', content: [{ type: 'hologram', depth: 3 }] }],
    [{ role: 'user', content: '{"type":"hologram","depth":3}' }],
  ],
  [
    'text and a tool result in one message: nothing is lost',
    [
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', content: 'ok' },
          { type: 'text', text: 'And?' },
        ],
      },
    ],
    [
      { role: 'user', content: 'And?' },
      { role: 'tool', content: 'ok', tool_call_id: 't1' },
    ],
  ],
  [
    'a Responses input as the text of one message',
    [
      {
        role: 'user',
        parts: [
          {
            type: 'text',
            content: JSON.stringify([
              { role: 'user', content: 'Weather?' },
              { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
              { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
            ]),
          },
        ],
      },
    ],
    [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: null, tool_calls: [call('f', '{}', 'c1')] },
      { role: 'tool', content: 'sunny', tool_call_id: 'c1' },
    ],
  ],
  [
    'a text that quotes messages and is one message all the same',
    [{ role: 'user', content: '[{"role":"user","content":"Hi"}]' }],
    [{ role: 'user', content: '[{"role":"user","content":"Hi"}]' }],
  ],
  ['nothing', undefined, []],
  ['an empty list', [], []],
];

describe('toMessages', () => {
  it.each(SHAPES)('reads %s', (_from, source, expected) => {
    expect(toMessages(source)).toEqual(expected);
  });

  it('leaves what it was given as it was', () => {
    for (const [, source] of SHAPES) {
      const before = JSON.stringify(source);
      toMessages(source);
      expect(JSON.stringify(source)).toBe(before);
    }
  });

  it('gives up on requests nested in requests without end', () => {
    let nested: unknown = 'Hi';
    for (let depth = 0; depth < 1000; depth++) nested = { messages: nested };
    expect(toMessages(nested)).toEqual([]);
  });

  it('takes no role from the prototype of objects', () => {
    expect(toMessages([{ role: 'constructor', content: 'x' }])).toEqual([{ role: 'constructor', content: 'x' }]);
  });
});

describe('withSystem', () => {
  it('puts the system prompt first', () => {
    expect(withSystem([{ role: 'user', content: 'Hi' }], 'Be kind')).toEqual([
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it.each(['system', 'developer'])('adds none to a conversation that has a %s message', (role) => {
    const messages = [{ role, content: 'Be kind' }];
    expect(withSystem(messages, 'Be rude')).toEqual(messages);
  });
});
