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
      { role: 'tool', content: 'ok', tool_call_id: 't1' },
      { role: 'user', content: 'And?' },
    ],
  ],
  [
    'a tool that a provider runs itself, with what it found after what it was asked',
    [
      {
        role: 'assistant',
        parts: [
          {
            type: 'server_tool_call',
            id: 's1',
            name: 'search',
            server_tool_call: { type: 'web_search', query: 'sun' },
          },
          { type: 'server_tool_call_response', id: 's1', server_tool_call_response: { found: 2 } },
        ],
      },
    ],
    [
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('search', '{"type":"web_search","query":"sun"}', 's1')],
      },
      { role: 'tool', content: '{"found":2}', tool_call_id: 's1' },
    ],
  ],
  [
    'a tool result with a picture, which stays one',
    [
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 't1',
            content: [
              { type: 'text', text: 'see' },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QQ==' } },
            ],
          },
        ],
      },
    ],
    [
      {
        role: 'tool',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } },
        ],
        tool_call_id: 't1',
      },
    ],
  ],
  [
    'an AI SDK tool result of several parts',
    [
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c1',
            toolName: 'f',
            output: {
              type: 'content',
              value: [
                { type: 'text', text: 'ok' },
                { type: 'media', data: 'QQ==', mediaType: 'image/png' },
              ],
            },
          },
        ],
      },
    ],
    [
      {
        role: 'tool',
        content: [
          { type: 'text', text: 'ok' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } },
        ],
        name: 'f',
        tool_call_id: 'c1',
      },
    ],
  ],
  [
    'pydantic-ai parts that say kind instead of type',
    [{ role: 'user', content: ['Hi', { kind: 'image-url', url: 'https://x/y.png' }] }],
    [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'image_url', image_url: { url: 'https://x/y.png' } },
        ],
      },
    ],
  ],
  [
    "the calls of OpenAI's own tools among Responses items",
    [
      { type: 'web_search_call', id: 'ws1', status: 'completed', action: { query: 'sun' } },
      { type: 'custom_tool_call', call_id: 'c1', name: 'py', input: 'print(1)' },
      { type: 'custom_tool_call_output', call_id: 'c1', output: '1' },
      { type: 'mcp_call', id: 'm1', name: 'f', server_label: 's', arguments: '{}', output: 'ok' },
    ],
    [
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('web_search', '{"action":{"query":"sun"}}', 'ws1'), call('py', 'print(1)', 'c1')],
      },
      { role: 'tool', content: '1', tool_call_id: 'c1' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('f', '{"server_label":"s","arguments":"{}","output":"ok"}', 'm1')],
      },
    ],
  ],
  [
    "OpenAI's custom tool calls",
    [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'custom', custom: { name: 'py', input: 'x' } }],
      },
    ],
    [{ role: 'assistant', content: null, tool_calls: [call('py', 'x', 'c1')] }],
  ],
  [
    'what an answer cites',
    [{ role: 'assistant', content: 'Hi', annotations: [{ type: 'url_citation', url: 'https://x.test' }] }],
    [{ role: 'assistant', content: 'Hi', annotations: [{ type: 'url_citation', url: 'https://x.test' }] }],
  ],
  [
    'text of OpenAI Assistants',
    [{ role: 'assistant', content: [{ type: 'text', text: { value: 'Hi', annotations: [] } }] }],
    [{ role: 'assistant', content: 'Hi' }],
  ],
  [
    'the answer of an audio model',
    [{ role: 'assistant', content: null, audio: { id: 'a1', data: 'QQ==', transcript: 'Hi' } }],
    [
      {
        role: 'assistant',
        content: [{ type: 'input_audio', input_audio: { data: 'QQ==', format: 'wav' }, transcript: 'Hi' }],
      },
    ],
  ],
  [
    'audio of which only the transcript is left',
    [{ role: 'user', content: [{ type: 'audio_content', frame: [], transcript: 'Hi' }] }],
    [{ role: 'user', content: 'Hi' }],
  ],
  [
    'what a model cited',
    [{ role: 'assistant', content: [{ citationsContent: { content: [{ text: 'Sun' }, { text: 'ny' }] } }] }],
    [{ role: 'assistant', content: 'Sunny' }],
  ],
  [
    'thoughts that are hidden: only those that are not',
    [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'redacted_thinking', data: 'x' },
          { type: 'text', text: 'Hi' },
        ],
      },
    ],
    [{ role: 'assistant', content: 'Hi', reasoning_content: 'hm' }],
  ],
  [
    'messages that were encoded twice',
    JSON.stringify('[{"role":"user","content":"Hi"}]'),
    [{ role: 'user', content: 'Hi' }],
  ],
  ['a list of JSON texts', ['{"role":"user","content":"Hi"}'], [{ role: 'user', content: 'Hi' }]],
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
    'a Responses input with an image, as the text of one message',
    [
      {
        role: 'user',
        content: JSON.stringify([
          { role: 'system', content: 'Be short.' },
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'What is it?' },
              { type: 'input_image', image_url: 'https://x/a.png', detail: 'low' },
            ],
          },
        ]),
      },
    ],
    [
      { role: 'system', content: 'Be short.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'https://x/a.png', detail: 'low' } },
        ],
      },
    ],
  ],
  [
    'the same call twice, beside the content',
    [
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } },
          { id: 'c2', type: 'function', function: { name: 'f', arguments: '{}' } },
        ],
      },
    ],
    [{ role: 'assistant', content: '', tool_calls: [call('f', '{}', 'c1'), call('f', '{}', 'c2')] }],
  ],
  [
    'a call beside the content that is like the one in it, with an id of its own',
    [
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'c1', name: 'f', input: {} }],
        tool_calls: [{ id: 'c2', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ],
    [{ role: 'assistant', content: null, tool_calls: [call('f', '{}', 'c1'), call('f', '{}', 'c2')] }],
  ],
  [
    'parallel calls without ids',
    [
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { name: 'f', arguments: '{"a":1}' },
          { name: 'f', arguments: '{"a":2}' },
        ],
      },
    ],
    [{ role: 'assistant', content: '', tool_calls: [call('f', '{"a":1}'), call('f', '{"a":2}')] }],
  ],
  [
    'the text blocks of a result in one JSON text',
    [
      {
        role: 'user',
        parts: [{ type: 'tool_call_response', id: 'c1', response: '[{"type":"text","text":"sunny"}]' }],
      },
    ],
    [{ role: 'tool', content: 'sunny', tool_call_id: 'c1' }],
  ],
  [
    'a result in JSON that is no text block',
    [{ role: 'tool', content: '[{"type":"city","text":"Oslo"}]', tool_call_id: 'c1' }],
    [{ role: 'tool', content: '[{"type":"city","text":"Oslo"}]', tool_call_id: 'c1' }],
  ],
  [
    'a text that quotes messages and is one message all the same',
    [{ role: 'user', content: '[{"role":"user","content":"Hi"}]' }],
    [{ role: 'user', content: '[{"role":"user","content":"Hi"}]' }],
  ],
  [
    'tools that Anthropic ran itself, and thoughts that it does not show',
    [
      {
        role: 'assistant',
        content: [
          { type: 'redacted_thinking', data: 'cmVk' },
          { type: 'anthropic_redacted_thinking' },
          { type: 'server_tool_use', id: 's1', name: 'code_execution', input: { code: 'print(18)' } },
          { type: 'code_execution_tool_result', tool_use_id: 's1', content: { stdout: '18', return_code: 0 } },
          { type: 'mcp_tool_use', id: 's2', name: 'forecast', server_name: 'w', input: {} },
          { type: 'mcp_tool_result', tool_use_id: 's2', content: [{ type: 'text', text: 'sunny' }] },
          { type: 'text', text: 'It is 18°C.' },
        ],
      },
    ],
    [
      {
        role: 'assistant',
        content: 'It is 18°C.',
        tool_calls: [call('code_execution', '{"code":"print(18)"}', 's1'), call('forecast', '{}', 's2')],
      },
      { role: 'tool', content: '{"stdout":"18","return_code":0}', tool_call_id: 's1' },
      { role: 'tool', content: 'sunny', tool_call_id: 's2' },
    ],
  ],
  [
    'what OpenAI asks of a server beside the answer',
    {
      model: 'm',
      input: [
        { type: 'mcp_list_tools', id: 'l1', server_label: 'w', tools: [] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Sunny' }] },
      ],
    },
    [
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('mcp_list_tools', '{"server_label":"w","tools":[]}', 'l1')],
      },
      { role: 'assistant', content: 'Sunny' },
    ],
  ],
  [
    'a call of which only the arguments are told',
    [
      {
        role: 'assistant',
        contents: [
          { message_content: { type: 'text', text: 'I will look. ' } },
          { tool_call: { function: { arguments: '{"query":"weather"}' } } },
        ],
      },
    ],
    [{ role: 'assistant', content: 'I will look. ', tool_calls: [call('unknown', '{"query":"weather"}')] }],
  ],
  [
    "OpenInference's parts of a tool's result",
    [
      {
        role: 'tool',
        tool_call_id: 'c1',
        contents: [
          { message_content: { type: 'text', text: '18°C' } },
          { message_content: { type: 'text', text: 'sunny' } },
        ],
      },
    ],
    [{ role: 'tool', content: '18°C\nsunny', tool_call_id: 'c1' }],
  ],
  [
    'a result of OpenAI’s Responses that is a list of texts',
    [{ type: 'function_call_output', call_id: 'c1', output: '[{"type":"input_text","text":"18°C"}]' }],
    [{ role: 'tool', content: '18°C', tool_call_id: 'c1' }],
  ],
  [
    'what is said beside a prompt that the provider keeps',
    { model: 'm', prompt: { id: 'pmpt_1', version: '2' }, input: [{ role: 'user', content: 'Hi' }] },
    [{ role: 'user', content: 'Hi' }],
  ],
  [
    'turns without content, as JSON',
    '[{"role":"user","content":"Hi"},{"role":"assistant","audio":{"id":"a1"}},{"role":"assistant","refusal":"No."}]',
    [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: '{"type":"audio","id":"a1"}' },
      { role: 'assistant', content: null, refusal: 'No.' },
    ],
  ],
  ['nothing', undefined, []],
  ['an empty list', [], []],
];

describe('toMessages', () => {
  it.each(SHAPES)('reads %s', (_from, source, expected) => {
    expect(toMessages(source)).toEqual(expected);
  });

  it('takes no object as Python prints it for an answer', () => {
    expect(toMessages('<groq.Stream object at 0x7f688db3e890>', 'assistant')).toEqual([]);
    expect(toMessages('<b>object at 0x7f</b>', 'assistant')).toHaveLength(1);
    expect(toMessages('<groq.Stream object at 0x7f688db3e890>')).toHaveLength(1);
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

describe('messages of the AI SDK for pages', () => {
  it('are taken apart into what was called, what came of it and what was said', () => {
    const run = { toolCallId: 'c-1', state: 'output-available', input: { city: 'Paris' }, output: { sky: 'sunny' } };
    const parts = [
      { type: 'step-start' },
      { type: 'tool-get_weather', ...run },
      { type: 'step-start' },
      { type: 'text', text: 'Sunny.' },
    ];
    const call = { id: 'c-1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } };
    const expected = [
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', content: '{"sky":"sunny"}', tool_call_id: 'c-1' },
      { role: 'assistant', content: 'Sunny.' },
    ];
    expect(toMessages([{ role: 'assistant', parts }])).toEqual(expected);
    const dynamic = parts.map((part) =>
      part.type === 'tool-get_weather' ? { ...part, type: 'dynamic-tool', toolName: 'get_weather' } : part,
    );
    expect(toMessages([{ role: 'assistant', parts: dynamic }])).toEqual(expected);
  });

  it('tell of a tool that failed, or has not ended', () => {
    const part = { type: 'tool-get_weather', toolCallId: 'c-1', state: 'input-available', input: {} };
    const failed = { ...part, state: 'output-error', errorText: 'offline' };
    expect(toMessages([{ role: 'assistant', parts: [failed] }]).at(-1)).toEqual({
      role: 'tool',
      content: 'offline',
      tool_call_id: 'c-1',
    });
    expect(toMessages([{ role: 'assistant', parts: [part] }])).toHaveLength(1);
  });

  it('are not those for models, where to ask whether a tool may be called is no call', () => {
    const content = [
      { type: 'tool-call', toolCallId: 'c-1', toolName: 'delete_file', input: { name: 'a' } },
      { type: 'tool-approval-request', approvalId: 'a-1', toolCallId: 'c-1' },
    ];
    const calls = toMessages([{ role: 'assistant', content }]).flatMap((message) => message.tool_calls ?? []);
    expect(calls.map((call) => call.function.name)).toEqual(['delete_file']);
  });
});

describe('a conversation without end', () => {
  const MANY = 20_000;
  const calls = Array.from({ length: MANY }, (_, at) => ({
    id: `c-${at}`,
    type: 'function',
    function: { name: 'f', arguments: '{}' },
  }));
  const inContent = calls.map(({ id }) => ({ type: 'tool-call', toolCallId: id, toolName: 'f', input: {} }));
  const asked = { role: 'assistant', content: null };

  it.each<[string, unknown, number]>([
    ['turns of a call each', calls.map((call) => ({ ...asked, tool_calls: [call] })), 1],
    ['calls of a turn', [{ ...asked, tool_calls: calls }, ...calls.map(() => ({ role: 'f', content: 'x' }))], MANY + 1],
    ['calls in the content and beside it', [{ ...asked, content: inContent, tool_calls: calls }], 1],
  ])('takes no time out of proportion: %s', (_what, source, count) => {
    const begin = performance.now();
    const messages = toMessages(source);
    expect(performance.now() - begin).toBeLessThan(1_500);
    expect(messages).toHaveLength(count);
    expect(messages[0]?.tool_calls).toHaveLength(MANY);
  });
});

describe('withSystem', () => {
  it('puts the system prompt first', () => {
    expect(withSystem([{ role: 'user', content: 'Hi' }], 'Be kind')).toEqual([
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it.each(['system', 'developer'])('adds none to a conversation whose %s message has it already', (role) => {
    const messages = [{ role, content: 'Be kind.\nBe short.' }];
    expect(withSystem(messages, 'Be kind. Be short.')).toEqual(messages);
    expect(withSystem(messages, 'Be kind.')).toEqual(messages);
    expect(withSystem(messages, 'Be kind. Be short. And more.')).toEqual(messages);
  });

  it('keeps a prompt that the conversation has not: both went to the model', () => {
    const messages = [{ role: 'system', content: 'Be kind' }];
    expect(withSystem(messages, 'Be short')).toEqual([{ role: 'system', content: 'Be short' }, ...messages]);
  });

  it.each([
    ['a list of parts', [{ type: 'text', content: 'Be kind' }]],
    ['a list of parts as JSON texts', ['{"type":"text","content":"Be kind"}']],
    ['a JSON text', '"Be kind"'],
  ])('reads %s', (_, system) => {
    expect(withSystem([], system)).toEqual([{ role: 'system', content: 'Be kind' }]);
  });
});
