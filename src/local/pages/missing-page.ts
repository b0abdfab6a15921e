/** What a browser is answered where there is nothing. */
import type { TextReply } from '../http/reply.ts';
import { html } from './html.ts';
import { pageReply } from './layout.ts';
import { tracesLink, WORK_PATH } from './paths.ts';

export function missingPage(): TextReply {
  const content = html`<div class="empty"><h1>Nothing is here</h1>
<p>This is a Weave that runs on your machine. Look at <a href="${tracesLink(null)}">the traces</a>, or at
<a href="${WORK_PATH}">batches and scoring</a>.</p></div>`;
  return pageReply({ title: 'Nothing is here', trail: null, content, shape: 'column' }, 404);
}
