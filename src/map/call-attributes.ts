import type { Resource, Span } from '../core/span.ts';
import { textOfValue } from './json-text.ts';
import { createKeyTree } from './key-tree.ts';
import type { Layout } from './layout.ts';
import { fillTemplate, type NestTemplate, nestTemplate } from './nest.ts';
import { providerOf } from './provider.ts';
import type { SpanReading } from './read-span.ts';
import type { Kind, Reading } from './reading.ts';

/** The kinds that Weave's page has icons for. */
const WEAVE_KINDS: Partial<Record<Kind, string>> = {
  llm: 'llm',
  embedding: 'llm',
  agent: 'agent',
  tool: 'tool',
  retriever: 'search',
  reranker: 'search',
};

/** Keys remembered over all templates. */
const MAX_TEMPLATE_KEYS = 100_000;

export interface CallAttributes {
  /**
   * The call's `attributes` as JSON text: first what the rules made of the span in neutral words, then every attribute
   * that no rule has read, nested, so that a user can filter on it. `texts` are the JSON texts of the attributes by position.
   * Never an empty object.
   */
  write(span: Span, layout: Layout, found: SpanReading, texts: readonly string[]): AttributesText;
}

export interface AttributesText {
  readonly text: string;
  /** Of the outermost members, the same set for the same keys; undefined: not known. */
  readonly names: ReadonlySet<string> | undefined;
}

/** `source` says who wrote the call: Weave shows it. */
export function createCallAttributes(source: { readonly name: string; readonly version: string }): CallAttributes {
  const templates = createKeyTree<NestTemplate>(MAX_TEMPLATE_KEYS);
  const services = new WeakMap<Resource, readonly (readonly [string, string])[]>();
  const origin = [
    ['weave.client_version', JSON.stringify(source.version)],
    ['weave.source', JSON.stringify(source.name)],
  ] as const;

  function serviceOf(resource: Resource): readonly (readonly [string, string])[] {
    const known = services.get(resource);
    if (known) return known;
    const made = serviceAttributes(resource);
    services.set(resource, made);
    return made;
  }

  return {
    write(span, layout, { reading, consumed }, texts) {
      const keys: string[] = [];
      const values: string[] = [];
      const add = (key: string, text: string) => {
        keys.push(key);
        values.push(text);
      };
      const weaveKind = reading.kind && WEAVE_KINDS[reading.kind];
      if (weaveKind !== undefined) add('weave.kind', `"${weaveKind}"`);
      for (const [key, text] of origin) add(key, text);
      for (const [key, text] of serviceOf(span.resource)) add(key, text);
      if (layout.fields.length > 0) neutral(reading, add);
      const own = keys.length;
      for (let at = 0; at < layout.keys.length; at++) {
        const key = layout.keys[at];
        // a name of ours that the sender uses too: ours stays, the sender's is in otel_dump
        if (consumed[at] || key === undefined || isAmong(keys, own, key)) continue;
        add(key, texts[at] ?? 'null');
      }
      const template = templates.of(keys, () => nestTemplate(keys));
      const text = fillTemplate(template, values);
      const extra = reading.extraAttributes;
      if (!extra) return { text, names: template.names };
      return { text: JSON.stringify({ ...JSON.parse(text), ...extra }), names: undefined };
    },
  };
}

function isAmong(keys: readonly string[], count: number, key: string): boolean {
  for (let at = 0; at < count; at++) if (keys[at] === key) return true;
  return false;
}

function neutral(reading: Partial<Reading>, add: (key: string, text: string) => void): void {
  const put = (key: string, value: unknown) => {
    const text = value === undefined ? undefined : JSON.stringify(value);
    if (text !== undefined) add(key, text);
  };
  const model = reading.responseModel ?? reading.requestModel;
  put('kind', reading.kind);
  put('model', model);
  put('provider', providerOf(reading.provider, model));
  put('operation', reading.operation);
  for (const [name, value] of Object.entries(reading.parameters ?? {})) put(`model_parameters.${name}`, value);
  put('agent.name', reading.agentName);
  put('agent.id', reading.agentId);
  put('tool.call_id', reading.toolCallId);
  put('tool.description', reading.toolDescription);
  put('user.id', reading.userId);
  put('tags', reading.tags);
  for (const [name, value] of Object.entries(reading.metadata ?? {})) put(`metadata.${name}`, value);
  // of a call whose answer was not recorded: else they stand in the output
  if (reading.choices === undefined && reading.output === undefined) {
    put('response_id', reading.responseId);
    put('finish_reasons', reading.finishReasons);
  }
  put('prompt.name', reading.promptName);
  put('prompt.version', reading.promptVersion);
  for (const [name, value] of Object.entries(reading.promptTemplate ?? {})) put(`prompt.${name}`, value);
  put('environment', reading.environment);
  put('release', reading.release);
  put('time_to_first_token_ms', reading.timeToFirstTokenMs);
  put('cost_usd', reading.cost);
  put('evaluations', reading.evaluations);
}

function serviceAttributes({ attributes }: Resource): readonly (readonly [string, string])[] {
  const names = [
    ['service.name', 'service.name'],
    ['service.version', 'service.version'],
    ['service.environment', 'deployment.environment.name'],
    ['service.environment', 'deployment.environment'],
  ] as const;
  const found = new Map<string, string>();
  for (const [name, key] of names) {
    const value = attributes.get(key);
    if (value !== undefined && value !== null && !found.has(name)) found.set(name, textOfValue(value));
  }
  return [...found];
}
