import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { optionsAsMarkdown } from '../../src/config/describe.ts';

const FILE = resolve(import.meta.dirname, '../../docs/options.md');

it('docs/options.md says what the option table says', () => {
  const page = `# Options

Made from \`src/config/options.ts\`; do not edit by hand (\`UPDATE=1 npm test -- test/docs\`).

Flags and \`--set path=value\` count before the environment, the environment before the file, the file before the default.
In the file the dots of an option are levels: \`weave: {project: team/app}\`. \`\${env:NAME}\` and \`\${env:NAME:-default}\` stand
for variables, \`$$\` for a dollar. Lists are written as lists in the file, and as JSON elsewhere.

${optionsAsMarkdown()}
`;
  if (process.env['UPDATE'] === '1') writeFileSync(FILE, page);
  expect(readFileSync(FILE, 'utf8')).toBe(page);
});
