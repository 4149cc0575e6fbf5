import { formatSource } from "../../../base/units.ts";
import { metricFormats } from "../../../measure/format-metric.ts";
import { compareSource } from "./client/compare-runs.ts";
import { drawSource } from "./client/draw-course.ts";
import { filterSource } from "./client/filter-runs.ts";
import { showComparisonSource } from "./client/show-comparison.ts";
import { showTrendsSource } from "./client/show-trends.ts";
import { rowsAtFirst } from "./index-style.ts";
import { kindNames } from "./looks.ts";

/**
 * The script of the index. What computes is the very text of the functions in `client/`, which are tested in Node; what is
 * written here only binds them to the page. The state is in the address, so that links and the back button work.
 */
export function indexScript(): string {
  const formats = Object.entries(metricFormats).map(([unit, format]) => `${unit}:${format.name}`);
  const computing = [
    formatSource(),
    `const formats={${formats.join(",")}},kindNames=${JSON.stringify(kindNames)},rowsAtFirst=${rowsAtFirst};`,
    filterSource(),
    compareSource(),
    drawSource(),
    showComparisonSource(),
    showTrendsSource(),
  ];
  return `\n(()=>{${computing.join("\n")}\n${binding}})();\n`;
}

const binding = `
const byId=id=>document.getElementById(id),data=JSON.parse(byId('data').textContent).result,form=byId('filters');
if(!form)return;
const list=byId('list'),view=byId('compare'),picked=byId('picked'),trends=byId('trends'),tip=byId('tip'),table=byId('runs').querySelector('table'),body=table.tBodies[0];
const runs=new Map([...body.rows].map((row,i)=>[row,data.runs[i]])),runOf=id=>data.runs.find(run=>run.id===id),boxOf=row=>row.querySelector('input');
let chosen=[],shown='',most=rowsAtFirst;
const choose=(run,is)=>{chosen=is?[...chosen,run.id].slice(-2):chosen.filter(id=>id!==run.id);showChosen()};
const complete=(row,run)=>{if(boxOf(row))return;
const box=document.createElement('input');box.type='checkbox';box.setAttribute('aria-label','Choose '+run.scenario+' of '+run.at.slice(0,16).replace('T',' ')+' to compare');row.cells[0].prepend(box);
box.checked=chosen.includes(run.id);box.onchange=()=>choose(run,box.checked);
box.onkeydown=e=>{if(e.key==='Enter'&&chosen.length===2){e.preventDefault();compare()}};
if(run.course)[['throughput',4],['p50',5],['p99',6]].forEach(([series,cell])=>{const d=sparkPath(run.course[series],84,18);
if(d)row.cells[cell].insertAdjacentHTML('beforeend','<svg class="spark'+(cell===4?' rate':'')+'" viewBox="0 0 84 18" aria-hidden="true"><path d="'+d+'"/></svg>')})};
// A hash without a value is a place in the list, and no state.
let now=stateOfHash('');
const state=()=>now=/^#[^=]+$/.test(location.hash)&&location.hash!=='#all'?{...now,compare:[]}:stateOfHash(location.hash),go=(next,isStep)=>{const hash=hashOfState(next);if(isStep)location.hash=hash;else location.replace(hash)};
const compare=()=>go({...state(),compare:chosen},true);
const name=(run,i)=>'<span><b class="tag">'+'AB'[i]+'</b> '+escaped(run.scenario)+' <small class="sub">'+run.at.slice(0,16).replace('T',' ')+'</small></span>';
const showChosen=()=>{runs.forEach((run,row)=>{const is=chosen.includes(run.id),box=boxOf(row);row.classList.toggle('chosen',is);if(box)box.checked=is});
picked.hidden=chosen.length===0;if(picked.hidden)return;
picked.innerHTML='<p aria-live="polite">'+chosen.map((id,i)=>name(runOf(id),i)).join('')+(chosen.length<2?'<span>Choose one more.</span>':'')+'</p><button type="button" class="main" data-act="compare"'+(chosen.length<2?' disabled':'')+'>Compare</button><button type="button" data-act="unchoose">Unchoose</button>'};
const showList=filter=>{
Object.entries(filter).forEach(([key,value])=>{const field=form.elements[key];if(field.value!==value)field.value=value});
let count=0;for(const row of body.rows){const run=runs.get(row),is=isListed(run,filter);if(is)count++;row.hidden=!is||count>most;if(!row.hidden)complete(row,run)}
table.classList.remove('fresh');
byId('count').textContent=(count===runs.size?'':formatCount(count)+' of ')+formatCount(runs.size)+' runs'+(count>most?', '+most+' shown':'');
byId('none').hidden=count>0;const more=byId('more');more.hidden=count<=most;more.firstChild.textContent='Show all '+formatCount(count);
trends.innerHTML=trendsHtml(trendsOf(data,data.runs.filter(run=>isListed(run,filter))),{format:formatDuration,sparkPath,escaped,kindName:kind=>kindNames[kind]});trends.hidden=trends.innerHTML===''};
const focusRow=id=>{for(const [row,run] of runs)if(run.id===id&&boxOf(row))return boxOf(row).focus()};
const showComparison=([idA,idB])=>{const a=runOf(idA),b=runOf(idB),is=a&&b;const key=is?idA+' '+idB:'';view.hidden=!is;list.hidden=!!is;
if(key===shown)return;const before=shown;shown=key;
if(is){chosen=[idA,idB];showChosen();view.innerHTML=comparisonHtml(a,b,compareRuns(data,a,b),{formats,drawChart});scrollTo(0,0);byId('compare-title').focus();hover(a,b)}
else if(before){view.innerHTML='';focusRow(chosen[1])}};
const hover=(a,b)=>view.querySelectorAll('svg[data-series]').forEach(svg=>{const series=svg.dataset.series,cross=svg.querySelector('.cross'),sides=[['A',a],['B',b]].filter(([,run])=>run.course).map(([side,{course}])=>({side,values:course[series],length:course.toMs-course.fromMs})),longest=Math.max(...sides.map(s=>s.length));
const hide=()=>{tip.style.display='none';cross.style.display='none'};svg.onpointerleave=hide;
svg.onpointermove=e=>{const box=svg.getBoundingClientRect(),x=(e.clientX-box.left)/box.width*366,at=(x-56)/300*longest;if(at<0||at>longest)return hide();
cross.setAttribute('x1',x);cross.setAttribute('x2',x);cross.style.display='block';const format=series==='throughput'?formatRate:formatDuration;
tip.textContent=[(at/1000).toFixed(1)+' s',...sides.map(({side,values,length})=>{const value=values[Math.floor(at/length*values.length)];return side+'  '+(value==null?'–':format(value))})].join('\\n');
tip.style.display='block';tip.style.left=Math.min(e.clientX+14,innerWidth-tip.offsetWidth-8)+'px';tip.style.top=Math.min(e.clientY+14,innerHeight-tip.offsetHeight-8)+'px'}});
const show=()=>{const {filter,compare}=state();showList(filter);showComparison(compare)};
const acts={compare,unchoose:()=>{const [id]=chosen;chosen=[];showChosen();focusRow(id)},all:()=>{most=Infinity;show()},clear:()=>form.reset(),
swap:()=>{const now=state();go({...now,compare:now.compare.toReversed()})},close:()=>go({...state(),compare:[]},true)};
document.addEventListener('click',e=>{const act=e.target.closest&&e.target.closest('[data-act]');if(act)acts[act.dataset.act]();
// A sorted table shows the first of its new order.
else if(e.target.closest&&e.target.closest('th button'))showList(now.filter)});
document.addEventListener('keydown',e=>{if(e.key==='Escape'&&!view.hidden)acts.close()});
form.oninput=()=>go({...state(),filter:Object.fromEntries(['scenario','branch','kind','outcome','text'].map(key=>[key,form.elements[key].value]))});
form.onsubmit=e=>e.preventDefault();form.onreset=()=>setTimeout(()=>form.oninput());
addEventListener('hashchange',show);form.hidden=false;show();
`;
