/** Rows that are laid out before somebody asks for more: a long list opens as fast as a short one. */
export const rowsAtFirst = 100;

/** What the index has beside the style of all reports. */
export const indexStyle = `
.runs.fresh tbody tr:nth-child(n+${rowsAtFirst + 1}){display:none}
[hidden],.stack tr[hidden]{display:none!important}
.tally span{display:inline-block}
.symbols{position:absolute;width:0;height:0}
#list,#compare{min-width:0}
.filters{display:flex;flex-wrap:wrap;gap:10px 14px;align-items:end}
.filters label{display:grid;gap:3px;font-size:13px;color:var(--mute);flex:0 1 170px;min-width:0}.filters label.grow{flex:1 1 200px}
.filters select,.filters input{font:inherit;font-size:14px;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:6px;padding:0 8px;height:36px;width:100%;min-width:0}
main button,.acts a{font:inherit;font-size:14px;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:6px;padding:6px 12px;cursor:pointer;white-space:nowrap}
main button:hover{background:var(--zone)}main button:disabled{color:var(--mute);cursor:not-allowed}main button.main{background:var(--i0);border-color:var(--i0);color:var(--card);font-weight:600}main button.main:disabled{background:none;border-color:var(--line);color:var(--mute)}
main :is(a,button,select,input,summary,[tabindex]):focus-visible{outline:2px solid var(--i1);outline-offset:2px}
main a{color:var(--i0);text-underline-offset:2px}
th button{border:0;padding:0;background:none;font-size:13px;color:var(--mute)}th[aria-sort] button{color:var(--ink);font-weight:600}th[aria-sort=ascending] button::after{content:" ↑"}th[aria-sort=descending] button::after{content:" ↓"}
#count{margin-left:auto}
.runs td:first-child{white-space:nowrap}.runs .pill{vertical-align:middle}.runs td:first-child input{width:17px;height:17px;margin:0 10px 0 0;vertical-align:middle;accent-color:var(--i0)}
.runs a{font-weight:600;color:var(--ink);text-decoration-color:var(--grey);overflow-wrap:anywhere}.runs td:nth-child(3){overflow-wrap:anywhere}
.runs tr.chosen{background:var(--zone)}
@media screen and (min-width:561px){.runs td{padding:7px 10px}.runs td:nth-child(2){min-width:150px;max-width:270px}.runs td:nth-child(2) small{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.runs td:nth-child(3){min-width:118px;max-width:170px}.runs td:nth-child(4){white-space:nowrap}}
.spark{display:block;width:84px;height:18px;margin:2px 0 0 auto;fill:none;stroke:var(--i1);stroke-width:1.4;overflow:visible}.spark.rate{stroke:var(--teal)}
.picked{position:sticky;bottom:10px;z-index:4;display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;box-shadow:0 4px 18px #0003;padding:10px 16px}.picked p{margin:0;flex:1 1 240px;min-width:0;overflow-wrap:anywhere}.picked span{display:inline-block;margin-right:16px}
.tag{display:inline-grid;place-items:center;width:24px;height:24px;border-radius:6px;color:var(--card);background:var(--i0);font-size:14px}.side-a .tag,.picked span:first-child .tag{background:var(--grey)}
.sides .title{align-items:center}.sides h2{overflow-wrap:anywhere}.sides p{margin:8px 0}.sides .pill{margin-left:auto}
.acts{margin-left:auto;display:flex;flex-wrap:wrap;gap:8px}
#compare>.title{margin:0}#compare h1{margin:0}#compare h1:focus{outline:none}
.courses svg,#trends svg{overflow:visible}.line-a,.line-b{fill:none;stroke:var(--i0);stroke-width:2;stroke-linejoin:round}.line-a{stroke:var(--grey);stroke-dasharray:5 3;stroke-width:1.7}
.legend i.key-a{background:var(--grey)}.legend i.key-b{background:var(--i0)}
.ratio{height:14px;min-width:120px}.ratio .rail{fill:var(--zone)}.ratio .bar-b{fill:var(--i1)}
#trends svg{height:40px;fill:none;stroke:var(--i1);stroke-width:1.6}#trends path{vector-effect:non-scaling-stroke}#trends .three{grid-template-columns:repeat(auto-fill,minmax(min(250px,100%),1fr))}#trends .three>div{min-width:0}#trends .title{margin-bottom:6px}#trends p{margin:4px 0 0}#trends h3{overflow-wrap:anywhere}
.differs{background:var(--amberbg);margin:0 -8px;padding:8px!important;border-radius:6px}.was{display:block;color:var(--amber);font-size:12.5px}
@media(max-width:560px){.filters label{flex:1 1 40%}.spark{margin-left:0}.runs td.r,.compared td.r{white-space:normal}.runs tr{padding:12px 8px}.runs td small{overflow-wrap:anywhere}.sides .pill{margin-left:0}.acts{margin-left:0}}
@media print{.filters,.picked,.acts,.runs td:first-child input,#none{display:none!important}.runs td{padding:4px 6px}.runs tr{break-inside:avoid}#runs{break-inside:auto}.spark{width:54px}.runs td:first-child{white-space:normal}.runs .pill{padding:0;background:none;font-size:11px}.runs td:nth-child(3){min-width:86px}.runs td:nth-child(4){min-width:76px}.courses{grid-template-columns:repeat(3,minmax(0,1fr))}#more button{display:none}}
`;

/** Without a script nobody can ask for more: then all rows are there. */
export const styleWithoutScript =
  ".runs.fresh tbody tr:nth-child(n){display:table-row}@media(max-width:560px){.runs.fresh tbody tr:nth-child(n){display:grid}}";
