import { CALL_FIELDS } from '../../src/map/call-fields.ts';
import { CONVENTIONS } from '../../src/map/conventions/all.ts';
import type { Field } from '../../src/map/reading.ts';
import type { Rule } from '../../src/map/rule.ts';

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;

/** `docs/conventions.md`, from the tables of rules. */
export function conventionsPage(): string {
  const parts = [
    '# What is read from where',
    '',
    'Made from the rule tables in `src/map/conventions/`; do not edit by hand (`UPDATE=1 npm test -- test/docs`).',
    '',
    'A span may carry several conventions. For each field of the call the first rule that finds something wins: the',
    'conventions in the order below, and within one its rules from left to right. `*` stands for everything below a prefix,',
    '`event` for a span event (or the log record of that name). Attributes that no rule has read keep their name, nested by',
    'their dots, under the call’s `attributes`; `otel_dump` holds the whole span in any case.',
    '',
    '`otel-weave explain FILE` tells for your own spans which rule has won.',
    '',
    '| convention | recognised by |',
    '| --- | --- |',
    ...CONVENTIONS.map(({ name, title, prefixes, scopes = [] }) => {
      const signs = [
        ...prefixes.map((prefix) => code(`${prefix}*`)),
        ...scopes.map((scope) => `scope ${code(scope.source)}`),
      ];
      return `| [${title}](#${name}) | ${signs.join(', ')} |`;
    }),
  ];
  for (const { name, title, rules } of CONVENTIONS) {
    parts.push('', `<a id="${name}"></a>`, '', `## ${title}`, '', '| field of the call | read from |', '| --- | --- |');
    for (const [field, list] of Object.entries(rules) as [Field, readonly Rule<unknown>[]][]) {
      const keys = [...new Set(list.flatMap((rule) => rule.keys))];
      if (keys.length > 0) parts.push(`| ${CALL_FIELDS[field]} | ${keys.map(code).join(', ')} |`);
    }
  }
  return `${parts.join('\n')}\n`;
}
