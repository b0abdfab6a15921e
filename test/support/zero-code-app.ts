import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterwards } from './app-world.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** A library that asks a model, in both formats, as such libraries come. */
const LIBRARY = {
  'package.json': JSON.stringify({
    name: 'fake-llm',
    version: '1.2.3',
    exports: { import: './index.mjs', require: './index.cjs' },
  }),
  'index.mjs': `export class Client { async ask(question) { return 'answer to ' + question; } }`,
  'index.cjs': `exports.Client = class Client { async ask(question) { return 'answer to ' + question; } };`,
};

/** Its instrumentation, written as those of OpenInference and OpenLLMetry are. */
const INSTRUMENTATION = `
const { InstrumentationBase, InstrumentationNodeModuleDefinition } = require('@opentelemetry/instrumentation');

exports.FakeInstrumentation = class FakeInstrumentation extends InstrumentationBase {
  constructor() { super('fake-llm-instrumentation', '1.0.0', {}); }
  init() {
    const instrumentation = this;
    const patch = (module) => {
      this._wrap(module.Client.prototype, 'ask', (original) => function (...args) {
        return instrumentation.tracer.startActiveSpan('ask', async (span) => {
          span.setAttributes({ 'openinference.span.kind': 'LLM', 'input.value': args[0], 'llm.token_count.prompt': 3 });
          try { return await original.apply(this, args); } finally { span.end(); }
        });
      });
      return module;
    };
    return [new InstrumentationNodeModuleDefinition('fake-llm', ['*'], patch, () => undefined)];
  }
};
exports.notAnInstrumentation = class {};
`;

const PACKAGE = '@arizeai/openinference-instrumentation-fake';

export interface ZeroCodeApp {
  readonly dir: string;
  /** Writes a file of the app; its path. */
  write(name: string, text: string): string;
}

/**
 * An app in a directory of its own that has `fake-llm` and its instrumentation installed, and finds OpenTelemetry in this
 * repository. `copies`: the instrumentation brings its own copy of OpenTelemetry's hooks, as older ones do.
 */
export function zeroCodeApp(copies: 'shared' | 'own' = 'shared'): ZeroCodeApp {
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const dir = mkdtempSync(join(cache, 'zero-code-'));
  afterwards(() => rmSync(dir, { recursive: true, force: true }));

  function write(name: string, text: string): string {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  write('package.json', JSON.stringify({ name: 'app', dependencies: { 'fake-llm': '*', [PACKAGE]: '*' } }));
  for (const [name, text] of Object.entries(LIBRARY)) write(`node_modules/fake-llm/${name}`, text);
  write(`node_modules/${PACKAGE}/package.json`, JSON.stringify({ name: PACKAGE, version: '1.0.0', main: 'index.js' }));
  write(`node_modules/${PACKAGE}/index.js`, INSTRUMENTATION);
  if (copies === 'own') {
    for (const name of ['@opentelemetry/instrumentation', 'import-in-the-middle', 'require-in-the-middle'])
      cpSync(join(ROOT, 'node_modules', name), join(dir, 'node_modules', PACKAGE, 'node_modules', name), {
        recursive: true,
      });
  }
  return { dir, write };
}
