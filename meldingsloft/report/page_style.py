"""The look of the pages: one column, readable in light, dark, print and on a narrow screen."""

from __future__ import annotations

STYLE = """
:root{--ink:#1b1f24;--soft:#4d5661;--paper:#fff;--panel:#f4f6f8;--line:#c9d0d8;--link:#0b57a4;--error:#a5121d;--warning:#7a4b00;--info:#135c86;--good:#14653a}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebee;--soft:#b3bcc6;--paper:#14181d;--panel:#1e242b;--line:#46505b;--link:#8cc2ff;--error:#ff9a98;--warning:#f2c062;--info:#8fd0f5;--good:#8adfa9}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:70rem;padding:1.5rem clamp(1rem,4vw,2.5rem) 3rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
h1,h2,h3,h4{line-height:1.25;margin:0;overflow-wrap:anywhere}
h1{font-size:1.75rem}
h2{font-size:1.3rem;margin:2.25rem 0 .75rem}
h3{font-size:1.1rem}
h4{font-size:1rem;font-weight:600}
p{margin:.4rem 0}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.wide:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
code{font:.9em/1.4 ui-monospace,"Cascadia Mono","DejaVu Sans Mono",Menlo,monospace;overflow-wrap:anywhere}
small{display:block;color:var(--soft);font-size:.85rem;font-weight:400}
.skip{position:absolute;left:-100vw;padding:.5rem 1rem;background:var(--paper)}
.skip:focus{left:1rem;top:1rem;z-index:1}
.sum{font-size:1.15rem;font-weight:600;margin:.35rem 0 0}
.fail{color:var(--error)}
.pass{color:var(--good)}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;width:100%}
th,td{padding:.5rem .75rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{background:var(--panel);font-size:.9rem}
tbody th{font-weight:500;overflow-wrap:anywhere;min-width:9rem}
.count{text-align:right;font-variant-numeric:tabular-nums;color:var(--soft);width:1%}
td.some{color:var(--ink);font-weight:600}
thead .count{color:var(--ink)}
.verdict{font-weight:600;white-space:nowrap}
article{border-top:1px solid var(--line);padding-top:1.25rem;margin-top:1.5rem}
.counts,.source,.more,footer{color:var(--soft)}
.finding{margin:1rem 0;padding:.75rem 1rem;background:var(--panel);border-left:.3rem solid var(--tone);border-radius:.25rem}
.finding.error{--tone:var(--error)}
.finding.warning{--tone:var(--warning)}
.finding.info{--tone:var(--info)}
.severity{color:var(--tone)}
.severity::after{content:":"}
.places{margin:.6rem 0;padding-left:1.2rem}
.places li{margin:.3rem 0}
.line{color:var(--soft);white-space:nowrap;margin-right:.5rem}
.detail{display:block;overflow-wrap:anywhere}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--link);width:fit-content;padding:.1rem 0}
.mend{margin-bottom:0}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.75rem;font-size:.9rem}
@media (max-width:40rem){
body{padding-top:1rem}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,tbody th,td{display:block}
tr{padding:.6rem .75rem;border-bottom:1px solid var(--line)}
tbody tr:last-child{border-bottom:0}
tbody th,td{padding:0;border:0;min-width:0}
td{display:inline-block;margin-right:.9rem}
td.count{width:auto;text-align:left}
td.count:not(.some){display:none}
td.count::before{content:attr(data-head) " ";font-weight:400}
.finding{padding:.6rem .75rem}
}
@media print{
:root{--ink:#000;--soft:#333;--paper:#fff;--panel:#fff;--line:#888;--link:#000;--error:#8b0000;--warning:#5c3900;--info:#003f5f;--good:#004d22}
body{max-width:none;padding:0;font-size:10pt}
.skip{display:none}
.wide{overflow:visible;border:0}
.finding,tr{break-inside:avoid}
h3,h4{break-after:avoid}
details::details-content{content-visibility:visible;display:block}
a{text-decoration:none}
}
"""
