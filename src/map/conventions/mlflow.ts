import { requestRules, responseId, responseModel } from '../bodies.ts';
import { isObject } from '../chat/message.ts';
import { decoded } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, list, type Rule } from '../rule.ts';
import { textAt } from '../span-view.ts';
import { tokenRules, usageOfResponse, usageRules } from '../token-counts.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  LLM: 'llm',
  CHAT_MODEL: 'llm',
  CHAIN: 'chain',
  AGENT: 'agent',
  TOOL: 'tool',
  RETRIEVER: 'retriever',
  EMBEDDING: 'embedding',
  RERANKER: 'reranker',
  PARSER: 'chain',
  MEMORY: 'task',
  WORKFLOW: 'workflow',
  TASK: 'task',
  GUARDRAIL: 'guardrail',
  EVALUATOR: 'evaluator',
};

const INPUTS = 'mlflow.spanInputs';
const OUTPUTS = 'mlflow.spanOutputs';

/** Every value is JSON, texts too: `"LLM"` comes with its quotes. */
const textIn = (...keys: readonly string[]): Rule<string> =>
  custom(keys, (view) => {
    const found = keys.map((key) => decoded(textAt(view, key))).find((value) => typeof value === 'string');
    return typeof found === 'string' && found !== '' ? found : undefined;
  });

const spanType = textIn('mlflow.spanType');

/** https://mlflow.org/docs/latest/genai/tracing: spans exported by MLflow's SDKs. */
export const mlflow: Convention = {
  name: 'mlflow',
  title: 'MLflow Tracing',
  prefixes: ['mlflow.'],
  rules: {
    kind: [
      custom(spanType.keys, (view) => {
        const type = spanType.read(view) ?? '';
        return Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
      }),
    ],
    operation: [spanType],
    ...requestRules(INPUTS),
    requestModel: [textIn('mlflow.llm.model'), ...requestRules(INPUTS).requestModel],
    responseModel: [data(OUTPUTS, responseModel)],
    provider: [textIn('mlflow.llm.provider')],
    responseId: [data(OUTPUTS, responseId)],
    toolDefinitions: [data('mlflow.chat.tools', list), ...requestRules(INPUTS).toolDefinitions],
    // some flavours put the messages beside inputs that are no conversation
    input: [data(['mlflow.chat.messages', INPUTS], decoded)],
    output: [data(OUTPUTS, decoded)],
    toolName: [
      custom(['mlflow.spanFunctionName', 'mlflow.spanType'], (view) =>
        spanType.read(view) === 'TOOL' ? (textIn('mlflow.spanFunctionName').read(view) ?? view.span.name) : undefined,
      ),
    ],
    documents: [data(OUTPUTS, list)],
    ...usageRules(tokenRules('mlflow.chat.tokenUsage'), tokenRules(OUTPUTS, usageOfResponse)),
    cost: [
      data('mlflow.llm.cost', (value) => {
        const total = isObject(value) ? value['total_cost'] : undefined;
        return typeof total === 'number' ? total : undefined;
      }),
    ],
    userId: [textIn('mlflow.trace.user', 'user.id')],
    threadId: [textIn('mlflow.trace.session', 'session.id')],
  },
};
