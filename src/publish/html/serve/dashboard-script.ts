/**
 * The dashboard's script: theme, start and cancel, and the live run. The server draws; the script puts in place what comes
 * over the WebSocket, and says aloud what changes: a message about what was asked stays until then.
 */
export const dashboardScript = `
(()=>{const q=s=>[...document.querySelectorAll(s)],by=i=>document.getElementById(i),root=document.documentElement;
const live=by('live'),said=by('said'),cancel=by('cancel'),reports=by('report-list');
q('[data-do=theme]').forEach(b=>b.onclick=()=>{const dark=root.dataset.theme?root.dataset.theme==='dark':matchMedia('(prefers-color-scheme:dark)').matches;root.dataset.theme=dark?'light':'dark'});
const say=(text,isBad=false)=>{if(said.textContent!==text)said.textContent=text;said.classList.toggle('bad',isBad)};
let announced='';const announce=text=>{if(text!==announced)say(announced=text)};
const show=m=>{const hadFocus=document.activeElement===cancel;live.innerHTML=m.html;announce(m.announcement);cancel.hidden=!m.isUnderWay;
q('[data-run]').forEach(b=>b.setAttribute('aria-disabled',m.isUnderWay));
if(m.reports!==undefined)reports.innerHTML=m.reports;
if(hadFocus&&!m.isUnderWay)(by('open-report')??said).focus()};
const connect=()=>{const socket=new WebSocket(location.origin.replace(/^http/,'ws')+'/api/live');
socket.onmessage=e=>show(JSON.parse(e.data));
socket.onclose=()=>{say('The connection to dyno serve is lost; trying again.',true);announced=undefined;setTimeout(connect,2000)}};
const ask=async(method,path,body)=>{const answer=await fetch(path,{method,...(body?{headers:{'content-type':'application/json'},body:JSON.stringify(body)}:{})}).catch(()=>undefined);
if(answer===undefined)say('dyno serve does not answer.',true);else if(!answer.ok)say((await answer.json()).error,true);return answer?.ok===true};
const number=id=>by(id).value===''?{}:{[id]:Number(by(id).value)};
q('[data-run]').forEach(b=>b.onclick=async()=>{if(!await ask('POST','/api/runs',{scenario:b.dataset.run,...number('repeat'),...number('seed')}))return;
cancel.hidden=false;by('run').scrollIntoView();cancel.focus()});
cancel.onclick=()=>ask('DELETE','/api/runs/current');
connect()})();
`;
