import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

/** Apps put `session.id` and `user.id` on every span, also on those of libraries with keys of their own for them. */
describe('the session of an app', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['vercel-ai', { 'ai.operationId': 'ai.generateText' }],
    ['openllmetry', { 'traceloop.span.kind': 'workflow' }],
    ['haystack', { 'haystack.component.type': 'OpenAIGenerator' }],
    ['genkit', { 'genkit:type': 'flow' }],
    ['laminar', { 'lmnr.span.type': 'DEFAULT' }],
    ['mlflow', { 'mlflow.spanType': J('CHAIN') }],
    ['openinference', { 'openinference.span.kind': 'CHAIN' }],
    ['gen_ai', { 'gen_ai.operation.name': 'chat' }],
  ])('is the thread of spans of %s', (_, attributes) => {
    const call = mapOne({ attributes: { ...attributes, 'session.id': 's-1', 'user.id': 'u-1' } });
    expect(call).toMatchObject({ thread_id: 's-1', attributes: { user: { id: 'u-1' } } });
  });

  it('makes no thread of the page views of a browser', () => {
    const call = mapOne({ name: 'GET /', attributes: { 'http.request.method': 'GET', 'session.id': 's-1' } });
    expect(call['thread_id']).toBeUndefined();
  });
});
