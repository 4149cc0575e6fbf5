/** The report's style: light and dark by variables, print, phone. */
export const style = `
:root{--bg:#f4f5f7;--card:#fff;--ink:#141a24;--mute:#545f73;--line:#e1e5ea;--grid:#e9ecf0;--zone:#edf0f4;
--i0:#3442b8;--i1:#7985dd;--i2:#b6bdf0;--b1:#aab3ee;--b2:#d9ddf9;--teal:#0d7680;--grey:#7d8797;
--red:#b01f2e;--redbg:#fde7e8;--redsoft:#e8cfd3;--green:#11704a;--greenbg:#e2f4ea;--amber:#875000;--amberbg:#fcefd7;--none:#545f73;--nonebg:#e9edf3;--code:#eef1f5;
--h1:#eceefb;--h2:#d5daf7;--h3:#b3bcf0;--h4:#8f9be6;--h5:#6b79da;--h6:#4b59c8;--h7:#3440a3;--h8:#252e78}
@media(prefers-color-scheme:dark){:root:not([data-theme=light]){--bg:#0c1017;--card:#151b24;--ink:#eef2f8;--mute:#9aa6b8;--line:#252d39;--grid:#222a35;--zone:#1b232e;
--i0:#aab3ff;--i1:#7c8af0;--i2:#4c59b4;--b1:#4551ad;--b2:#262e63;--teal:#4fc4c9;--grey:#8995a6;
--red:#ff7b83;--redbg:#3a1a1f;--redsoft:#4b2a30;--green:#4fcb93;--greenbg:#12301f;--amber:#f0b24a;--amberbg:#35260f;--none:#a3afc0;--nonebg:#222b37;--code:#0f141c;
--h1:#1b2140;--h2:#252d5c;--h3:#333d80;--h4:#4450a6;--h5:#5c69cc;--h6:#7f8bea;--h7:#a9b2f8;--h8:#dfe3ff}}
:root[data-theme=dark]{--bg:#0c1017;--card:#151b24;--ink:#eef2f8;--mute:#9aa6b8;--line:#252d39;--grid:#222a35;--zone:#1b232e;
--i0:#aab3ff;--i1:#7c8af0;--i2:#4c59b4;--b1:#4551ad;--b2:#262e63;--teal:#4fc4c9;--grey:#8995a6;
--red:#ff7b83;--redbg:#3a1a1f;--redsoft:#4b2a30;--green:#4fcb93;--greenbg:#12301f;--amber:#f0b24a;--amberbg:#35260f;--none:#a3afc0;--nonebg:#222b37;--code:#0f141c;
--h1:#1b2140;--h2:#252d5c;--h3:#333d80;--h4:#4450a6;--h5:#5c69cc;--h6:#7f8bea;--h7:#a9b2f8;--h8:#dfe3ff}
*{box-sizing:border-box}
html{color-scheme:light dark;scroll-padding-top:60px}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
.bar{position:sticky;top:0;z-index:5;background:var(--card);border-bottom:1px solid var(--line)}
.bar div{max-width:1200px;margin:auto;height:46px;display:flex;align-items:center;gap:14px;padding:0 16px;overflow-x:auto}
.bar b{font-size:17px}.bar a{color:var(--mute);text-decoration:none;font-size:14px;white-space:nowrap}.bar a:hover{color:var(--ink);text-decoration:underline}
.bar span{flex:1}.bar button{font:inherit;font-size:13px;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:6px;padding:4px 9px;cursor:pointer;white-space:nowrap}
.bar button[hidden]{display:none}.bar [data-do=reset]{position:fixed;right:18px;bottom:18px;padding:8px 14px;border-color:var(--i1);box-shadow:0 4px 16px #0003}.bar button:hover{background:var(--zone)}
main{max-width:1200px;margin:0 auto;padding:20px 16px 40px;display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}
.head{display:flex;gap:20px;align-items:center;flex-wrap:wrap}
.badge{display:flex;gap:12px;align-items:center;padding:14px 18px;border-radius:12px;background:var(--vb);color:var(--vc)}
.badge b{font-size:23px;line-height:1.15;display:block}.badge small{font-size:13px}
.v-pass{--vc:var(--green);--vb:var(--greenbg)}.v-fail{--vc:var(--red);--vb:var(--redbg)}.v-doubt{--vc:var(--amber);--vb:var(--amberbg)}.v-none{--vc:var(--none);--vb:var(--nonebg)}.v-model{--vc:var(--i0)}
h1{font-size:23px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:17px;margin:0}h3{font-size:14px;margin:0}
.meta{color:var(--mute);font-size:14px;display:flex;flex-wrap:wrap;gap:0 18px}.meta b{color:var(--ink)}
.grow{flex:1 1 320px;min-width:0}
.tally{min-width:220px}.tally i{display:flex;gap:4px;height:8px;margin-bottom:6px}.tally i s{border-radius:4px;background:var(--vc)}
.tally span{font-size:13px;color:var(--mute);margin-right:14px;white-space:nowrap}.tally b{color:var(--vc)}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 18px;min-width:0}
.reason{border-left:5px solid var(--vc)}.reason b{color:var(--vc)}.reason p{margin:0}.reason p+p{margin-top:6px}
.claim{display:flex;flex-wrap:wrap;gap:0 14px;align-items:baseline;margin-bottom:8px!important}.claim b{font-size:28px;line-height:1.2}.claim span{color:var(--mute)}.claim~p b{color:var(--ink);font-weight:400}
.sub{color:var(--mute);font-size:13px;font-weight:400}
.title{display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline;margin-bottom:10px}
.legend{margin-left:auto;display:flex;flex-wrap:wrap;gap:2px 14px;font-size:13px;color:var(--mute)}
.legend button{all:unset;cursor:pointer;border-radius:4px}.legend button:hover{color:var(--ink)}.legend button[aria-pressed=false]{text-decoration:line-through;opacity:.65}.legend button[aria-pressed=false] i{background:none!important;outline:1px solid var(--grey)}
.legend i{display:inline-block;width:14px;height:3px;border-radius:2px;vertical-align:middle;margin-right:5px}.legend i.box{height:11px}.legend .glyph{display:inline-block;width:13px;height:13px;vertical-align:-2px;margin-right:5px}
.tiles{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:16px}
.tile{padding:12px 14px}.tile>span{display:block;font-size:13px;color:var(--mute)}.tile strong{font-size:25px;line-height:1.2;white-space:nowrap}.tile strong small{font-size:13px;font-weight:400;color:var(--mute);margin-left:3px}
.tile em{font-style:normal;font-size:12.5px;color:var(--mute);display:block}.tile em.bad{color:var(--red);font-weight:600}.tile svg{height:26px;margin:5px 0 3px}
.two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px}.three{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:20px}
svg{display:block;width:100%;height:auto;overflow:visible}svg.in{overflow:hidden}svg[data-t]{cursor:crosshair;outline:none;-webkit-user-select:none;user-select:none}
:is(svg[data-t],a,button,summary,.scroll):focus-visible{outline:2px solid var(--i1);outline-offset:3px;border-radius:4px}
svg text{font-size:12px;fill:var(--mute);font-family:inherit}svg text.strong{font-weight:600;fill:var(--ink)}svg text.red{fill:var(--red);font-weight:600}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}th{font-weight:400;color:var(--mute);font-size:13px;text-align:left;padding:6px 10px;white-space:nowrap}
td{padding:9px 10px;border-top:1px solid var(--line);vertical-align:middle}td small{display:block;color:var(--mute);font-size:12.5px}
.r{text-align:right}td.r{white-space:nowrap}tr.v-fail>td{background:color-mix(in srgb,var(--redbg) 45%,transparent)}
th button{all:unset;cursor:pointer}th button:hover{color:var(--ink)}th button::after{content:"↕";opacity:.45;margin-left:4px}th[aria-sort=ascending] button::after{content:"↑";opacity:1}th[aria-sort=descending] button::after{content:"↓";opacity:1}
.pill{display:inline-flex;gap:6px;align-items:center;padding:3px 10px 3px 7px;border-radius:99px;font-size:13px;font-weight:600;white-space:nowrap;color:var(--vc);background:var(--vb)}
.pill svg,.badge svg{width:16px;height:16px;flex:none}.badge svg{width:30px;height:30px}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
pre{background:var(--code);border-radius:8px;padding:12px 14px;margin:8px 0 0;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
details summary{cursor:pointer;color:var(--mute);font-size:13px;margin-top:10px}details table{font-size:13px;margin-top:6px}details td,details th{padding:3px 10px}
dl{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:0 28px;margin:0}dl div{display:grid;grid-template-columns:108px minmax(0,1fr);gap:10px;padding:8px 0;border-bottom:1px solid var(--line);font-size:14px}
dt{color:var(--mute)}dd{margin:0;overflow-wrap:anywhere}
ul{margin:6px 0 0;padding-left:20px}.checks{list-style:none;padding:0;margin:0}.checks li{display:flex;gap:10px;padding:5px 0;align-items:baseline}
footer{color:var(--mute);font-size:13px;text-align:center}
#tip{position:fixed;z-index:9;pointer-events:none;background:var(--card);border:1px solid var(--line);border-radius:8px;box-shadow:0 4px 16px #0003;padding:8px 12px;font-size:13px;line-height:1.45;white-space:pre;display:none;grid-template-columns:auto auto;gap:0 14px}#tip span{color:var(--mute)}#tip b{font-weight:600;text-align:right}
.sel{fill:var(--i1);opacity:.18;pointer-events:none}.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.cross{stroke:var(--mute);stroke-width:1;stroke-dasharray:3 3;display:none}
rect.mark{fill:var(--amberbg)}line.mark{stroke:var(--amber);stroke-width:1.5}.pill-mark rect{fill:var(--amberbg);stroke:var(--amber)}.pill-mark text{fill:var(--amber);font-weight:600}
.ax{stroke:var(--grid)}.ph{stroke:var(--line);stroke-dasharray:3 3}.lim{stroke:var(--red);stroke-width:1.4;stroke-dasharray:5 4;fill:none}
.zero{stroke:var(--mute)}.base{stroke:var(--grey);stroke-width:1.4;stroke-dasharray:6 4}.best{stroke:var(--i1);stroke-width:1.4}.set{display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}.set .reason .title{margin-bottom:6px}.set .reason .meta{margin:6px 0}.set .reason .meta b{color:var(--ink)}.why{max-width:60ch}
.forest .row{display:grid;grid-template-columns:190px minmax(0,1fr) 230px;gap:0 18px;align-items:stretch;font-size:14px}.forest .row>span{align-self:center;min-width:0;overflow-wrap:anywhere}.forest b{font-weight:600}.forest small{display:block;color:var(--mute);font-size:12.5px}.forest small:empty{display:none}
.forest .plot{height:46px}.forest .axis .plot{height:22px}.forest .top,.forest .ends{font-size:12.5px;color:var(--mute)}.forest .ends{display:flex;justify-content:space-between;padding-bottom:4px}.forest .top .r{padding-bottom:4px}
.network{display:flex;flex-wrap:wrap;gap:14px 28px}.network .graph{flex:1 1 340px;min-width:0}.network .graph svg{margin:auto}.network .course{flex:2 1 560px;min-width:0}.network p{margin:10px 0 0;text-align:center}.edge{fill:none;stroke:var(--grey);stroke-width:1.5}
[data-state]{--sf:var(--greenbg);--ss:var(--green);--st:var(--green)}[data-state=open]{--sf:var(--red);--ss:var(--red);--st:var(--card)}[data-state=half_open]{--sf:var(--amber);--ss:var(--amber);--st:var(--card)}[data-state=degraded]{--sf:var(--redsoft);--ss:var(--red);--st:var(--ink)}[data-state=recovering]{--sf:var(--amberbg);--ss:var(--amber);--st:var(--amber)}
.node rect{fill:var(--sf);stroke:var(--ss);stroke-width:1.5}.node[data-state=degraded] rect,.span[data-state=degraded] rect{stroke-dasharray:4 3}.node text,.node text.strong,.span text{fill:var(--st)}.span rect{fill:var(--sf)}.span[data-state=closed] rect{fill:var(--green)}.span:not([data-state=closed]) rect{stroke:var(--ss)}.span text{font-weight:600}.legend i.span{background:var(--sf);outline:1px solid var(--ss);outline-offset:-1px}
@media screen and (max-width:900px){.forest .row{grid-template-columns:minmax(0,1fr) auto;padding-top:8px}.forest .plot,.forest .ends{grid-column:1/-1;order:1}.forest .plot{height:30px}.forest .axis,.forest .top{padding-top:0}.forest .axis .plot{height:22px}.forest .top .r,.forest .axis>span{display:none}}
@media(max-width:900px){.tiles{grid-template-columns:repeat(3,minmax(0,1fr))}.two,.three,dl{grid-template-columns:minmax(0,1fr)}}
@media(max-width:560px){.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:10px}main{padding:12px 10px 30px;gap:12px}.card{padding:12px}.network .graph,.network .course{flex-basis:100%}.wide{min-width:560px}.wider{min-width:1000px}.legend{margin-left:0}.plot text.odd{display:none}
.stack,.stack tbody,.stack tr,.stack td{display:block}.stack thead{display:none}.stack tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:6px 12px;padding:12px 0;border-top:1px solid var(--line)}.stack tr.v-fail>td{background:none}
.stack td{padding:0;border:0;text-align:left}.stack td:empty{display:none}.stack td[data-label]::before{content:attr(data-label);display:block;color:var(--mute);font-size:12.5px}.stack .line{grid-column:1/-1}.stack .line:not(:first-child){order:1}.sorts,.stack .broad{display:none}.stack .whole,.stack td:first-child{grid-column:1/-1}.stack .most{grid-column:span 2}.stack .end{text-align:right}}
@media(scripting:none){.bar button,.hint,.sorts,th button::after{display:none}.legend button,th button{cursor:auto}}
@media(pointer:coarse){.hint{display:none}}
.bars{min-width:250px}
@media print{.bars{min-width:0;width:32%}td code{font-size:10px;overflow-wrap:anywhere}:root{--bg:#fff}.bar,#tip,.hint,.sorts,details.alt,th button::after,.plot text.odd{display:none}.legend button[aria-pressed=false]{display:none}details::details-content{content-visibility:visible;display:block;height:auto}body{font-size:12px}main{padding:0;gap:10px}.card,.tile{break-inside:avoid}.scroll{overflow:visible}td,td.r,th,.pill{white-space:normal}td,th{padding:5px 6px}table,.forest .row{font-size:11px}td small,.forest small{font-size:10.5px}.forest .row{grid-template-columns:130px minmax(0,1fr) 190px}.tiles{grid-template-columns:repeat(6,minmax(0,1fr));gap:8px}.tile strong{font-size:17px}.two,.three{grid-template-columns:repeat(2,minmax(0,1fr))}}
`;
