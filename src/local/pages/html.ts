/** HTML that is escaped unless it was made here: html`<p>${anything}</p>`. Attribute values stand in double quotes. */

const brand = Symbol('html');

export interface Html {
  readonly [brand]: true;
  readonly text: string;
}

/** Text is escaped; null, undefined and false leave nothing; lists are joined. */
export type Fragment = Html | string | number | null | undefined | false | readonly Fragment[];

export function html(strings: TemplateStringsArray, ...fragments: readonly Fragment[]): Html {
  let text = strings[0] ?? '';
  for (const [index, fragment] of fragments.entries()) text += render(fragment) + (strings[index + 1] ?? '');
  return { [brand]: true, text };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(fragment: Fragment): string {
  if (fragment === null || fragment === undefined || fragment === false) return '';
  if (typeof fragment === 'string') return fragment.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
  if (typeof fragment === 'number') return String(fragment);
  return 'text' in fragment ? fragment.text : fragment.map(render).join('');
}
