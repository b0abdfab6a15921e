const OpenAI = require('openai');

const client = new OpenAI({ baseURL: process.env.MODEL_URL, apiKey: 'none' });
const messages = [{ role: 'user', content: 'Say hello.' }];
client.chat.completions
  .create({ model: 'gpt-5-mini', messages })
  .then(({ choices }) => process.stdout.write(`${choices[0].message.content}\n`));
