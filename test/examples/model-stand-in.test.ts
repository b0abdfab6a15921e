import { afterEach, describe, expect, it } from '@jest/globals';
import { type ModelStandIn, startModelStandIn } from '../../examples/model-stand-in/model-stand-in.ts';

let model: ModelStandIn;
afterEach(() => model.close());

async function post(path: string, body: object): Promise<string> {
  model = await startModelStandIn({ port: 0 });
  const headers = { 'content-type': 'application/json' };
  return (await fetch(model.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).text();
}

/** The data of each event. */
const events = (text: string) => [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data));

const ASK = { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'What is the weather in Lisbon?' }] };
const WEATHER = { name: 'weather', parameters: { properties: { city: { type: 'string' } } } };
const USAGE = { prompt_tokens: 6, completion_tokens: 8, total_tokens: 14 };

describe('the stand-in for the model', () => {
  it('repeats the question, a word a token', async () => {
    const { choices, usage } = JSON.parse(await post('/chat/completions', ASK));
    expect(choices[0].message.content).toBe('You asked: What is the weather in Lisbon?');
    expect(usage).toEqual(USAGE);
    expect(model.answered).toMatchObject([{ reply: { inputTokens: 6, outputTokens: 8 } }]);
  });

  it('streams the same, and its tokens where they are asked for', async () => {
    const stream_options = { include_usage: true };
    const chunks = events(await post('/chat/completions', { ...ASK, stream: true, stream_options }));
    const pieces = chunks.map(({ choices }) => choices[0]?.delta.content ?? '');
    expect(pieces.join('')).toBe('You asked: What is the weather in Lisbon?');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: USAGE });
  });

  it('calls a tool that it is given, and tells what came of it', async () => {
    const tools = [{ type: 'function', function: WEATHER }];
    const { choices } = JSON.parse(await post('/chat/completions', { ...ASK, tools }));
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ function: { name: 'weather', arguments: '{"city":"Lisbon"}' } }] },
    });
    model.close();
    const messages = [...ASK.messages, choices[0].message, { role: 'tool', content: '18 degrees' }];
    const told = JSON.parse(await post('/chat/completions', { ...ASK, tools, messages }));
    expect(told.choices[0].message.content).toBe('The tool says: 18 degrees');
  });

  it('does so for responses, too', async () => {
    const ask = { model: 'gpt-5-mini', input: [{ role: 'user', content: [{ text: 'The weather in Lisbon?' }] }] };
    const { output, usage } = JSON.parse(await post('/responses', ask));
    expect(output[0].content[0].text).toBe('You asked: The weather in Lisbon?');
    expect(usage).toMatchObject({ input_tokens: 4, output_tokens: 6, total_tokens: 10 });
    model.close();
    const streamed = events(await post('/responses', { ...ask, tools: [WEATHER], stream: true }));
    expect(streamed.at(-1).response.output).toMatchObject([{ type: 'function_call', arguments: '{"city":"Lisbon"}' }]);
  });

  it('refuses what it does not know', async () => {
    expect(await post('/embeddings', {})).toContain('chat/completions');
  });
});
