import { formatSource } from "../../../base/units.ts";
import { metricFormats } from "../../../measure/format-metric.ts";
import { compareSource } from "./client/compare-runs.ts";
import { chartEdges, drawSource } from "./client/draw-course.ts";
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
    `const formats={${formats.join(",")}},kindNames=${JSON.stringify(kindNames)},rowsAtFirst=${rowsAtFirst},chartEdges=${JSON.stringify(chartEdges)};`,
    filterSource(),
    compareSource(),
    drawSource(),
    showComparisonSource(),
    showTrendsSource(),
  ];
  return `\n(()=>{${computing.join("\n")}\n${binding}})();\n`;
}

const binding = `
const byId = id => document.getElementById(id);
const data = JSON.parse(byId('data').textContent).result;
const form = byId('filters'), list = byId('list'), view = byId('compare'), picked = byId('picked'), tip = byId('tip');
if (!form) return;
const table = byId('runs').querySelector('table'), body = table.tBodies[0];
const runs = new Map([...body.rows].map((row, i) => [row, data.runs[i]]));
const runOf = id => data.runs.find(run => run.id === id);
const boxOf = row => row.querySelector('input');
const timeOf = run => run.at.slice(0, 16).replace('T', ' ');

// Of the runs in the list two can be chosen; a third one takes the place of the first.
let chosen = [], most = rowsAtFirst;
const choose = (run, is) => {
  chosen = is ? [...chosen, run.id].slice(-2) : chosen.filter(id => id !== run.id);
  showChosen();
};
const showChosen = () => {
  runs.forEach((run, row) => {
    const is = chosen.includes(run.id), box = boxOf(row);
    row.classList.toggle('chosen', is);
    if (box) box.checked = is;
  });
  picked.hidden = chosen.length === 0;
  const names = chosen.map((id, i) => '<span><b class="tag">' + 'AB'[i] + '</b> ' + escaped(runOf(id).scenario) + ' <small class="sub">' + timeOf(runOf(id)) + '</small></span>');
  const isOne = chosen.length < 2;
  picked.innerHTML = '<p aria-live="polite">' + names.join('') + (isOne ? '<span>Choose one more.</span>' : '') + '</p>' +
    '<button type="button" class="main" data-act="compare"' + (isOne ? ' disabled' : '') + '>Compare</button>' +
    '<button type="button" data-act="unchoose">Unchoose</button>';
};
const focusRow = id => {
  for (const [row, run] of runs) if (run.id === id && boxOf(row)) return boxOf(row).focus();
};

// Boxes and drawings come when a row is shown for the first time.
const complete = (row, run) => {
  if (boxOf(row)) return;
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.checked = chosen.includes(run.id);
  box.setAttribute('aria-label', 'Choose ' + run.scenario + ' of ' + timeOf(run) + ' to compare');
  box.onchange = () => choose(run, box.checked);
  box.onkeydown = event => {
    if (event.key !== 'Enter' || chosen.length < 2) return;
    event.preventDefault();
    acts.compare();
  };
  row.cells[0].prepend(box);
  [['throughput', 4], ['p50', 5], ['p99', 6]].forEach(([series, cell]) => {
    const path = run.course ? sparkPath(run.course[series], 84, 18) : '';
    const kind = cell === 4 ? 'spark rate' : 'spark';
    if (path) row.cells[cell].insertAdjacentHTML('beforeend', '<svg class="' + kind + '" viewBox="0 0 84 18" aria-hidden="true"><path d="' + path + '"/></svg>');
  });
};
const showList = filter => {
  Object.entries(filter).forEach(([key, value]) => {
    if (form.elements[key].value !== value) form.elements[key].value = value;
  });
  let count = 0;
  for (const row of body.rows) {
    const run = runs.get(row), is = isListed(run, filter);
    if (is) count++;
    row.hidden = !is || count > most;
    if (!row.hidden) complete(row, run);
  }
  table.classList.remove('fresh');
  byId('count').textContent = (count === runs.size ? '' : formatCount(count) + ' of ') + formatCount(runs.size) + ' runs' + (count > most ? ', ' + most + ' shown' : '');
  byId('none').hidden = count > 0;
  byId('more').hidden = count <= most;
  byId('more').firstChild.textContent = 'Show all ' + formatCount(count);
  const trends = byId('trends'), listed = data.runs.filter(run => isListed(run, filter));
  const kindName = kind => kindNames[kind];
  trends.innerHTML = trendsHtml(trendsOf(data, listed), { format: formatDuration, sparkPath, escaped, kindName });
  trends.hidden = trends.innerHTML === '';
};

let shown = '';
const showComparison = ids => {
  const [a, b] = ids.map(runOf), is = a && b, key = is ? ids.join(' ') : '';
  view.hidden = !is;
  list.hidden = !!is;
  if (key === shown) return;
  const wasShown = shown !== '';
  shown = key;
  if (is) {
    chosen = ids;
    showChosen();
    view.innerHTML = comparisonHtml(a, b, compareRuns(data, a, b), { formats, drawChart, chartEdges });
    view.querySelectorAll('svg[data-series]').forEach(svg => tellValues(svg, a, b));
    scrollTo(0, 0);
    byId('compare-title').focus();
  } else if (wasShown) {
    view.innerHTML = '';
    focusRow(chosen[1]);
  }
};
const tellValues = (svg, a, b) => {
  const series = svg.dataset.series, cross = svg.querySelector('.cross');
  const format = series === 'throughput' ? formatRate : formatDuration;
  const sides = [['A', a], ['B', b]].filter(([, run]) => run.course).map(([name, { course }]) => ({ name, values: course[series], lengthMs: course.toMs - course.fromMs }));
  const longest = Math.max(...sides.map(({ lengthMs }) => lengthMs));
  const hide = () => { tip.style.display = cross.style.display = 'none'; };
  svg.onpointerleave = hide;
  svg.onpointermove = event => {
    const box = svg.getBoundingClientRect(), { width } = svg.viewBox.baseVal;
    const x = (event.clientX - box.left) / box.width * width;
    const atMs = (x - chartEdges.left) / (width - chartEdges.right - chartEdges.left) * longest;
    if (atMs < 0 || atMs > longest) return hide();
    cross.setAttribute('x1', x);
    cross.setAttribute('x2', x);
    const lines = sides.map(({ name, values, lengthMs }) => name + '  ' + format(values[Math.floor(atMs / lengthMs * values.length)] ?? NaN));
    tip.textContent = [(atMs / 1000).toFixed(1) + ' s', ...lines].join('\\n');
    tip.style.display = cross.style.display = 'block';
    tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + 'px';
    tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8) + 'px';
  };
};

// A hash without a value is a place in the list, and no state.
let now = stateOfHash('');
const readState = () => {
  const isPlace = /^#[^=]+$/.test(location.hash) && location.hash !== '#all';
  now = isPlace ? { ...now, compare: [] } : stateOfHash(location.hash);
};
const show = () => {
  readState();
  showList(now.filter);
  showComparison(now.compare);
};
const go = state => location.replace(hashOfState(state));
const step = state => { location.hash = hashOfState(state); };
const acts = {
  compare: () => step({ ...now, compare: chosen }),
  swap: () => go({ ...now, compare: now.compare.toReversed() }),
  close: () => step({ ...now, compare: [] }),
  clear: () => form.reset(),
  all: () => { most = Infinity; show(); },
  unchoose: () => { const [id] = chosen; chosen = []; showChosen(); focusRow(id); },
};
document.addEventListener('click', ({ target }) => {
  const act = target.closest('[data-act]');
  if (act) acts[act.dataset.act]();
  // A table that was sorted shows the first of its new order.
  else if (table.contains(target) && target.closest('th button')) showList(now.filter);
});
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && !view.hidden) acts.close();
});
const fields = ['scenario', 'branch', 'kind', 'outcome', 'text'];
form.oninput = () => go({ ...now, filter: Object.fromEntries(fields.map(key => [key, form.elements[key].value])) });
form.onsubmit = event => event.preventDefault();
// The fields are empty only after this event.
form.onreset = () => setTimeout(form.oninput);
addEventListener('hashchange', show);
form.hidden = false;
show();
`;
