import OpenAI from 'openai';
import { sdk } from './tracing.js';

const client = new OpenAI();
const model = 'gpt-5-mini';
const weather = {
  name: 'weather',
  description: 'The weather in a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const tools = [{ type: 'function', function: weather }];
const messages = [{ role: 'user', content: 'What is the weather in Lisbon?' }];
const asked = await client.chat.completions.create({ model, messages, tools });
const { message } = asked.choices[0];
messages.push(message);
for (const { id } of message.tool_calls) {
  messages.push({ role: 'tool', tool_call_id: id, content: '18 degrees and clear' });
}
const answered = await client.chat.completions.create({ model, messages, tools });
console.log(answered.choices[0].message.content);

const events = await client.responses.create({ model, input: 'Say something about Lisbon', stream: true });
for await (const event of events) {
  if (event.type === 'response.output_text.delta') process.stdout.write(event.delta);
}
console.log();

await sdk.shutdown();
