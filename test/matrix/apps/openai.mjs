import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.env.MODEL_URL, apiKey: 'none' });
const messages = [{ role: 'user', content: 'Say hello.' }];
const { choices } = await client.chat.completions.create({ model: 'gpt-5-mini', messages });
process.stdout.write(`${choices[0].message.content}\n`);
