import type { TextReply } from '../http/reply.ts';
import { type Fragment, html } from './html.ts';
import { STYLE_PATH, tracesLink, WORK_PATH } from './paths.ts';

/** No script, no other origin: what a span says can be shown but never runs or loads anything. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export interface Page {
  readonly title: string;
  /** What stands beside the name at the top: where one is. */
  readonly trail: Fragment;
  readonly content: Fragment;
  /** `panes`: the page is as high as the window, and its parts scroll. */
  readonly shape: 'column' | 'panes';
}

export function pageReply(page: Page, status = 200): TextReply {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body class="${page.shape}">
<header><a class="home" href="${tracesLink(null)}">local Weave</a><a href="${WORK_PATH}">batches and scoring</a>${page.trail}</header>
<main>${page.content}</main>
</body>
</html>
`;
  return { status, type: 'text/html; charset=utf-8', headers: HEADERS, body: document.text };
}
