import { describe, expect, it } from '@jest/globals';
import { type Fragment, html } from '../../../src/local/pages/html.ts';

describe('html', () => {
  it.each<[string, Fragment, string]>([
    ['text', `<b>"it's" & more</b>`, '&lt;b&gt;&quot;it&#39;s&quot; &amp; more&lt;/b&gt;'],
    ['a number', 1.5, '1.5'],
    ['nothing', [null, undefined, false], ''],
    ['0, which is something', 0, '0'],
    ['html', html`<i>${'<'}</i>`, '<i>&lt;</i>'],
    ['a list', ['<', html`<br>`, ['>']], '&lt;<br>&gt;'],
  ])('%s', (_, fragment, text) => {
    expect(html`<p>${fragment}</p>`.text).toBe(`<p>${text}</p>`);
  });
});
