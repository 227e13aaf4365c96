/** The report's look: one column, light or dark as the reader's system says. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f7f7f5, #16171a);
  --card: light-dark(#ffffff, #1e2024);
  --ink: light-dark(#1c1e21, #e8e8e6);
  --soft: light-dark(#5c6169, #a3a8b0);
  --line: light-dark(#dddfe2, #34373d);
  --track: light-dark(#ecedef, #2b2e33);
  --ours: light-dark(#2563a8, #6aa5e8);
  --theirs: light-dark(#8a9099, #8a9099);
  --good: light-dark(#1f7a46, #5fc48b);
  --bad: light-dark(#b3362b, #f08a7e);
  --bad-back: light-dark(#fbeae8, #3a2321);
  --good-back: light-dark(#e6f4ec, #1d3227);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Noto Sans Mono CJK JP', monospace;
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif;
}
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 80px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 36px 0 12px; }
h3 { font-size: 14px; margin: 0 0 10px; }
h3 .soft { font-weight: 400; }
.together { white-space: nowrap; }
p { margin: 0 0 10px; }
.soft { color: var(--soft); }
.small { font-size: 13px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin-top: 20px; }
.tile .value { font-size: 26px; line-height: 1.15; font-variant-numeric: tabular-nums; }
.tile .name { color: var(--soft); font-size: 13px; }
.tile .than { font-size: 12px; color: var(--soft); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 12px; }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 9px 12px; align-items: center; font-size: 13px; }
.bars .number { font-variant-numeric: tabular-nums; text-align: right; }
.track { position: relative; height: 14px; background: var(--track); border-radius: 4px; }
.fill { height: 100%; background: var(--ours); border-radius: 4px; min-width: 1px; }
.mark { position: absolute; top: -3px; bottom: -3px; width: 3px; margin-left: -1px; background: var(--ink); border-radius: 1px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 12px; color: var(--soft); margin: 12px 0 0; }
.legend i { display: inline-block; width: 12px; height: 10px; border-radius: 2px; margin-right: 6px; background: var(--ours); }
.legend i.line { width: 3px; height: 12px; background: var(--ink); vertical-align: -2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
th:first-child, td:first-child { text-align: left; padding-left: 0; position: sticky; left: 0; background: var(--card); }
tr:last-child td { border-bottom: 0; }
tbody th { color: var(--ink); font-weight: 400; text-align: left; padding-left: 0; }
td .bar { display: block; height: 4px; background: var(--track); border-radius: 2px; margin-top: 3px; }
td .bar b { display: block; height: 100%; background: var(--ours); border-radius: 2px; }
.better { color: var(--good); } .worse { color: var(--bad); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--soft); font-size: 12px; }
svg .axis { stroke: var(--line); }
svg .yes { fill: var(--ours); fill-opacity: .55; } svg .no { fill: var(--bad); fill-opacity: .75; }
.filters { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 12px; align-items: center; }
.filters select, .filters input {
  font: inherit; font-size: 13px; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 7px; padding: 6px 9px; min-height: 34px;
}
.filters input { flex: 1 1 160px; min-width: 0; }
details.case { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin-bottom: 8px; }
details.case > summary { list-style: none; cursor: pointer; padding: 11px 14px; }
details.case > summary::-webkit-details-marker { display: none; }
summary:focus-visible, a:focus-visible, select:focus-visible, input:focus-visible { outline: 2px solid var(--ours); outline-offset: 2px; }
.case .head { display: flex; flex-wrap: wrap; gap: 4px 10px; font-size: 12px; color: var(--soft); align-items: baseline; }
.case .asked { margin: 2px 0 5px; overflow-wrap: anywhere; }
.chip { display: inline-block; font-size: 12px; line-height: 1.4; padding: 1px 8px; margin: 0 4px 3px 0; border-radius: 9px; background: var(--track); color: var(--ink); overflow-wrap: anywhere; }
.chip.bad { background: var(--bad-back); color: var(--bad); }
.chip.good { background: var(--good-back); color: var(--good); }
.inside { border-top: 1px solid var(--line); padding: 14px; display: grid; gap: 16px; }
.inside > section { min-width: 0; }
.place { font-family: var(--mono); font-size: 12px; overflow-wrap: anywhere; }
.found { list-style: none; margin: 0; padding: 0; }
.found > li { border-top: 1px solid var(--line); padding: 7px 0; display: grid; grid-template-columns: 26px 48px 1fr; gap: 8px; font-size: 13px; }
.found > li:first-child { border-top: 0; }
.found .rank { color: var(--soft); } .found .score { font-variant-numeric: tabular-nums; }
.found .gold { color: var(--good); font-weight: 600; }
.found details summary { cursor: pointer; color: var(--soft); font-size: 12px; }
.found div { min-width: 0; }
pre, .said {
  margin: 4px 0 0; padding: 10px 12px; background: var(--page); border: 1px solid var(--line); border-radius: 7px;
  white-space: pre-wrap; overflow-wrap: anywhere; font: 12.5px/1.5 var(--mono); max-height: 420px; overflow-y: auto;
}
.said { font: inherit; font-size: 14px; }
ul.plain { margin: 0; padding-left: 18px; font-size: 13px; } ul.plain li { overflow-wrap: anywhere; }
[hidden] { display: none !important; }
@media (max-width: 600px) {
  main { padding: 18px 14px 60px; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  .tile .value { font-size: 22px; }
  .bars { gap: 7px 8px; }
  .found > li { grid-template-columns: 20px 40px 1fr; gap: 6px; }
}
@media print { .filters { display: none; } }
`
