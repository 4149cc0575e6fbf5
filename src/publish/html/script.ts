/** The report's script: theme, download, table sort, one crosshair over all time charts. Everything reads well without it. */
export const script = `
(()=>{const q=(s,e=document)=>[...e.querySelectorAll(s)],root=document.documentElement;
const data=JSON.parse(document.getElementById('data').textContent);
q('[data-do=theme]').forEach(b=>b.onclick=()=>{const dark=root.dataset.theme?root.dataset.theme==='dark':matchMedia('(prefers-color-scheme:dark)').matches;root.dataset.theme=dark?'light':'dark'});
q('[data-do=json]').forEach(b=>b.onclick=()=>{const a=document.createElement('a');a.href=URL.createObjectURL(new Blob([JSON.stringify(data.result,null,2)],{type:'application/json'}));a.download=data.name+'.json';a.click();URL.revokeObjectURL(a.href)});
q('th button').forEach(b=>b.onclick=()=>{const th=b.closest('th'),i=[...th.parentNode.children].indexOf(th),body=th.closest('table').tBodies[0],up=th.getAttribute('aria-sort')!=='ascending';
q('th',th.parentNode).forEach(o=>o.removeAttribute('aria-sort'));th.setAttribute('aria-sort',up?'ascending':'descending');
const key=r=>{const c=r.cells[i],v=c.dataset.v??c.textContent;return isNaN(+v)?v:+v};
[...body.rows].sort((x,y)=>{const a=key(x),b=key(y);return (a<b?-1:a>b?1:0)*(up?1:-1)}).forEach(r=>body.append(r))});
const tip=document.getElementById('tip'),charts=q('svg[data-t]').map(s=>{const [l,r,t0,t1,w]=s.dataset.t.split(' ').map(Number);return{s,l,r,t0,t1,w,c:s.querySelector('.cross')}});
const hide=()=>{tip.style.display='none';charts.forEach(({c})=>c.style.display='none')};
charts.forEach(({s,l,r,t0,t1,w})=>{s.onpointerleave=hide;s.onpointermove=e=>{const box=s.getBoundingClientRect(),x=(e.clientX-box.left)/box.width*w;if(x<l||x>r)return hide();
const t=t0+(x-l)/(r-l)*(t1-t0),row=data.rows.reduce((a,b)=>a&&Math.abs(a[0]-t)<=Math.abs(b[0]-t)?a:b,undefined);if(!row)return;
charts.forEach(o=>{const at=o.l+(row[0]-o.t0)/(o.t1-o.t0)*(o.r-o.l);o.c.setAttribute('x1',at);o.c.setAttribute('x2',at);o.c.style.display='block'});
tip.textContent=data.heads.map((h,i)=>row[i+1]===''?'':h+'  '+row[i+1]).filter(Boolean).join('\\n');tip.style.display='block';
tip.style.left=Math.min(e.clientX+14,innerWidth-tip.offsetWidth-8)+'px';tip.style.top=Math.min(e.clientY+14,innerHeight-tip.offsetHeight-8)+'px'}})})();
`;
