import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const WORKFLOW = { 'n8n.workflow.id': 'w-1', 'n8n.workflow.name': 'Daily digest', 'n8n.execution.id': '7' };

describe('n8n', () => {
  it('shows a workflow and its nodes', () => {
    const workflow = mapOne({
      name: 'workflow.execute',
      attributes: { ...WORKFLOW, 'n8n.execution.status': 'success' },
    });
    expect(workflow).toMatchObject({ op_name: 'workflow.execute', display_name: 'Daily digest' });
    expect(workflow['attributes'].kind).toBe('workflow');
    expect(workflow['exception']).toBeUndefined();

    const node = mapOne({
      name: 'node.execute',
      attributes: {
        'n8n.node.name': 'Fetch',
        'n8n.node.type': 'n8n-nodes-base.httpRequest',
        'n8n.node.items.output': 3,
      },
    });
    expect(node).toMatchObject({
      op_name: 'n8n-nodes-base.httpRequest',
      display_name: 'Fetch',
      inputs: {},
      output: null,
    });
    expect(node['attributes']).toMatchObject({ kind: 'task', n8n: { node: { items: { output: 3 } } } });
  });

  it('knows an execution that failed by its status', () => {
    const attributes = { ...WORKFLOW, 'n8n.execution.status': 'error', 'n8n.execution.error_type': 'NodeApiError' };
    expect(mapOne({ name: 'workflow.execute', attributes })['exception']).toBe('NodeApiError');
  });

  it('reads the agents in it as others are read', () => {
    const call = mapOne({
      name: 'support.generate',
      attributes: {
        'n8n.workflow.id': 'w-1',
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'support',
        'gen_ai.request.model': 'openai/gpt-4o',
        'gen_ai.conversation.id': 't-1',
        'gen_ai.prompt': J({ messages: [{ role: 'user', content: 'Help!' }] }),
      },
    });
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Help!' }]);
    expect(call).toMatchObject({ display_name: 'support', thread_id: 't-1', attributes: { kind: 'agent' } });
  });
});
