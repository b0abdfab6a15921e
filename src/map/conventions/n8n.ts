import type { Kind } from '../reading.ts';
import { type Convention, custom, text, when } from '../rule.ts';
import { type SpanView, textAt, valueAt } from '../span-view.ts';

const isNode = (view: SpanView) => valueAt(view, 'n8n.node.type') !== undefined;
const isWorkflow = (view: SpanView) => view.span.name === 'workflow.execute';

/** https://docs.n8n.io: workflows and their nodes; its agents' spans have the GenAI keys. */
export const n8n: Convention = {
  name: 'n8n',
  title: 'n8n',
  prefixes: ['n8n.'],
  rules: {
    kind: [when<Kind>(['n8n.node.type'], isNode, 'task'), when<Kind>([], isWorkflow, 'workflow')],
    opName: [text('n8n.node.type')],
    displayName: [text('n8n.node.name', 'n8n.workflow.name')],
    failure: [
      custom(['n8n.execution.status', 'n8n.execution.error_type'], (view) =>
        /^(error|crashed)$/.test(textAt(view, 'n8n.execution.status') ?? '')
          ? (textAt(view, 'n8n.execution.error_type') ??
            `The execution ended with status ${textAt(view, 'n8n.execution.status')}`)
          : undefined,
      ),
    ],
  },
};
