import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';
import { sdk } from './tracing.js';

const weather = tool(async ({ city }) => `18 degrees and clear in ${city}`, {
  name: 'weather',
  description: 'The weather in a city',
  schema: z.object({ city: z.string() }),
});
const model = new ChatOpenAI({ model: 'gpt-5-mini' }).bindTools([weather]);

/** Asks, runs the tools that the model calls, and asks again with what they said. */
const agent = RunnableLambda.from(async (question, config) => {
  const messages = [new SystemMessage('You know the weather.'), new HumanMessage(question)];
  const asked = await model.invoke(messages, config);
  const results = await Promise.all(asked.tool_calls.map((call) => weather.invoke(call, config)));
  return model.invoke([...messages, asked, ...results], config);
}).withConfig({ runName: 'weather-agent' });

const { content } = await agent.invoke('What is the weather in Lisbon?');
console.log(content);

await sdk.shutdown();
