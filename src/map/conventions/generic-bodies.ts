import { isRequest, requestParameters, responseId, responseModel } from '../bodies.ts';
import { toChoices } from '../chat/choices.ts';
import { isObject, type Json, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import { looksLikeMessages } from '../chat/recognise.ts';
import type { Kind } from '../reading.ts';
import { custom, data, list, type Rules, some } from '../rule.ts';
import { dataAt, type SpanView } from '../span-view.ts';
import { isUsage, tokenRules, usageOfResponse, usageRules } from '../token-counts.ts';

/** A request to a model, whatever the key is called: a conversation together with a model or parameters. */
function requestIn(value: unknown): Json | undefined {
  if (!isRequest(value)) return undefined;
  const said = value['messages'] ?? value['contents'];
  return said === undefined
    ? typeof value['model'] === 'string'
      ? value
      : undefined
    : looksLikeMessages(said)
      ? value
      : undefined;
}

/** A model's response: choices or candidates, or an assistant's content, with what they have used. */
function responseIn(value: unknown): Json | undefined {
  if (!isObject(value)) return undefined;
  const answers = value['choices'] ?? value['candidates'];
  const isAnswer =
    Array.isArray(answers) &&
    answers.some((one) => isObject(one) && (isObject(one['message']) || isObject(one['content'])));
  return isAnswer || (usageIn(value) && ('content' in value || 'output' in value)) ? value : undefined;
}

const usageIn = (body: Json) => isUsage(body['usage'] ?? body['usageMetadata'] ?? body['usage_metadata']);

/** What the bodies of a request and a response tell, in attributes that are known by what stands in them. */
export function bodyRules(asked: readonly string[], answered: readonly string[]): Rules {
  const request = <T>(read: (body: Json) => T | undefined) =>
    data(asked, (value) => {
      const body = requestIn(value);
      return body && read(body);
    });
  const response = <T>(read: (body: Json) => T | undefined) =>
    data(answered, (value) => {
      const body = responseIn(value);
      return body && read(body);
    });
  const has = (view: SpanView, keys: readonly string[], read: (value: unknown) => unknown) =>
    keys.some((key) => read(dataAt(view, key)) !== undefined);
  if (asked.length === 0 && answered.length === 0) return {};
  return {
    kind: [
      custom<Kind>([], (view) => {
        const isBoth = has(view, asked, requestIn) && has(view, answered, responseIn);
        return isBoth || has(view, answered, modelResponseIn) ? 'llm' : undefined;
      }),
    ],
    messages: [request((body) => some(toMessages(body)))],
    choices: [response((body) => some(toChoices(body)))],
    requestModel: [request((body) => textOf(body, 'model'))],
    parameters: [request(requestParameters)],
    toolDefinitions: [request((body) => list(body['tools']))],
    responseModel: [response(responseModel)],
    responseId: [response(responseId)],
    ...usageRules(tokenRules(answered, (value) => usageOfResponse(responseIn(value)))),
  };
}

/** A response that names its model and counts its tokens is one without its request, too. */
const modelResponseIn = (value: unknown) => {
  const body = responseIn(value);
  return body && usageIn(body) && responseModel(body) !== undefined ? body : undefined;
};
