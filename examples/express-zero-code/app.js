// Nothing about tracing in here: see "start" in package.json.
import express from 'express';
import OpenAI from 'openai';

const client = new OpenAI();
const app = express();

app.get('/ask', async (request, response) => {
  const messages = [{ role: 'user', content: String(request.query.q) }];
  const { choices } = await client.chat.completions.create({ model: 'gpt-5-mini', messages });
  response.send(`${choices[0].message.content}\n`);
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`Ask: curl 'http://localhost:${server.address().port}/ask?q=What+is+a+span?'`);
});
