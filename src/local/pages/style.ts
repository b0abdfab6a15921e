/** The one style sheet of the pages. */
export const STYLE = `
:root {
  --ink: #1c2330; --quiet: #667085; --line: #e4e7ec; --paper: #ffffff; --ground: #f6f7f9; --accent: #0b6e75;
  --good: #12915a; --bad: #c8322b; --warm: #b7791f; --busy: #2f6fdb;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
code, pre { font: 12.5px/1.55 ui-monospace, "SFMono-Regular", Menlo, "Liberation Mono", monospace; }
h1 { font-size: 20px; margin: 0 0 16px; }
.scroll + h1, .note + h1 { margin-top: 32px; }
small, .quiet, .note { color: var(--quiet); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; }

header { display: flex; gap: 16px; align-items: baseline; padding: 12px 24px; background: var(--paper); border-bottom: 1px solid var(--line); }
.home { color: var(--ink); font-weight: 650; }
.clear { color: var(--quiet); font-size: 13px; }

body.column main { max-width: 1180px; margin: 0 auto; padding: 28px 24px; }
.traces { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.traces th { text-align: left; color: var(--quiet); font-size: 12px; font-weight: 550; padding: 10px 14px; border-bottom: 1px solid var(--line); }
.traces th.number { text-align: right; }
.traces td { padding: 10px 14px; border-bottom: 1px solid var(--line); }
.traces tr:last-child td { border-bottom: 0; }
.traces tbody tr { position: relative; }
.traces td:first-child a::after { content: ""; position: absolute; inset: 0; }
.traces td .quiet { position: relative; }
.traces tbody tr:hover { background: #f9fafb; }
.traces td:first-child { max-width: 420px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 550; }

.kind { display: inline-block; padding: 0 7px; border-radius: 9px; font-size: 11px; line-height: 18px; font-weight: 550; background: #eef0f3; color: #475467; }
.kind.llm { background: #e6f2f3; color: #0b6e75; }
.kind.agent { background: #efe9fb; color: #6941c6; }
.kind.tool { background: #fdf0dc; color: #93580a; }
.kind.search { background: #e7effc; color: #2457b0; }
.kind.workflow { background: #e9f5ec; color: #1d7a45; }
.status { white-space: nowrap; }
.status::before, .dot { content: ""; display: inline-block; flex: none; width: 8px; height: 8px; border-radius: 4px; margin-right: 7px; background: var(--quiet); }
.status.success::before, .dot.success { background: var(--good); }
.status.error::before, .dot.error { background: var(--bad); }
.status.descendant_error::before, .dot.descendant_error { background: var(--warm); }
.status.running::before, .dot.running { background: var(--busy); }

.pager { display: flex; gap: 18px; justify-content: center; padding: 16px; color: var(--quiet); }
.empty { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 32px 36px; }
.empty pre { background: var(--ground); border-radius: 8px; padding: 14px 16px; overflow-x: auto; }

body.panes { height: 100vh; display: flex; flex-direction: column; overflow: hidden; }
body.panes main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(360px, 11fr) 10fr; }
.tree, .detail { overflow: auto; }
.tree { background: var(--paper); border-right: 1px solid var(--line); }
.tree h1 { font-size: 14px; margin: 0; padding: 14px 20px; border-bottom: 1px solid var(--line); display: flex; justify-content: space-between; gap: 16px; }
.tree h1 code { color: var(--quiet); font-weight: 400; overflow: hidden; text-overflow: ellipsis; }
.tree .note { padding: 0 20px; }
.tree ol { list-style: none; margin: 0; padding: 6px 0; }
.tree li a { display: grid; grid-template-columns: minmax(0, 1fr) 74px 70px 110px; gap: 10px; align-items: center; padding: 0 20px; color: var(--ink); scroll-margin: 80px; }
.tree li a:focus-visible { outline-offset: -2px; }
.tree li a:hover { background: var(--ground); text-decoration: none; }
.tree li a[aria-current] { background: #e6f2f3; box-shadow: inset 3px 0 var(--accent); }
.name { display: flex; align-items: center; gap: 6px; min-width: 0; height: 32px; white-space: nowrap; }
.name b { font-weight: 500; overflow: hidden; text-overflow: ellipsis; }
.name small { overflow: hidden; text-overflow: ellipsis; flex: 0 9 auto; }
.name .mark { flex: none; color: var(--warm); }
.name .dot { margin: 0; }
.guide { flex: none; width: 12px; height: 100%; border-left: 1px solid var(--line); margin-left: 3px; }
.tree .number { color: var(--quiet); font-size: 12.5px; }
.bar { width: 110px; height: 8px; background: var(--ground); border-radius: 2px; }
.bar rect { fill: #8fc3c7; }
.bar rect.error { fill: #e59a95; }
.bar rect.descendant_error { fill: #e3c48f; }
.bar rect.running { fill: #a9c4f2; }

.detail { padding: 22px 26px 40px; }
.detail h3 { font-size: 13px; margin: 0 0 6px; padding-top: 12px; border-top: 1px solid var(--line); }
.detail h2 { font-size: 18px; margin: 0 0 14px; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 8px 20px; margin: 0 0 18px; }
.facts dt { color: var(--quiet); font-size: 12px; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
details { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; margin: 0 0 12px; }
summary { cursor: pointer; padding: 9px 14px; font-weight: 550; }
.body { padding: 0 14px 12px; }
.body details { margin: 12px 0 0; border-radius: 8px; }
.body pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 60vh; overflow-y: auto; }
.body h4 { margin: 10px 0 4px; font-size: 13px; }
.facts div:has(.long) { grid-column: 1 / -1; }
.long { white-space: pre-wrap; }
.feedback + .feedback { border-top: 1px solid var(--line); margin-top: 14px; padding-top: 4px; }
pre.exception { color: var(--bad); }
.chat { display: grid; gap: 10px; }
.message { border-left: 3px solid var(--line); padding: 2px 0 2px 12px; }
.message h4 { margin: 0; font-size: 12px; color: var(--quiet); font-weight: 600; }
.message p { margin: 2px 0 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
.message img { max-width: 320px; max-height: 320px; border-radius: 8px; display: block; margin: 6px 0; }
.message.system, .message.developer { border-color: #c9b8ee; }
.message.user { border-color: #9bc0f3; }
.message.assistant { border-color: #8fc3c7; }
.message.tool { border-color: #f0cd95; }
.tool-call { background: var(--ground); border-radius: 8px; padding: 8px 12px; margin: 6px 0; }
.tool-call h5 { margin: 0 0 4px; font-size: 13px; font-weight: 550; }

@media (max-width: 900px) {
  body.panes { height: auto; overflow: visible; }
  body.panes main { display: block; }
  .tree { border-right: 0; max-height: 60vh; }
}
@media (max-width: 640px) {
  header { flex-wrap: wrap; padding: 10px 14px; }
  body.column main { padding: 18px 12px; }
  .traces th, .traces td { padding: 9px 8px; }
  .traces td:first-child { max-width: 38vw; }
  .extra, .tree .tokens, .tree .bar { display: none; }
  .tree h1, .tree li a { padding-left: 12px; padding-right: 12px; }
  .tree li a { grid-template-columns: minmax(0, 1fr) auto; }
  .detail { padding: 18px 12px 32px; }
}
`;
