/** The cursor of an axis: it follows the pointer and the arrow keys, and tells the figures of the row that it stands on. */
export const cursor = `
const tip = document.getElementById('tip');
const watchers = [];
const drawCursor = (axis) => {
  const row = axis.rows[axis.index];
  const isIn = row !== undefined && row[0] >= axis.low && row[0] <= axis.high;
  for (const chart of axis.charts) {
    chart.cross.style.display = isIn ? 'block' : 'none';
    if (!isIn) continue;
    const x = placeOn(chart, row[0]);
    chart.cross.setAttribute('x1', x);
    chart.cross.setAttribute('x2', x);
  }
  if (axis.isOverTime) watchers.forEach((watch) => watch(row?.[0]));
};
const figuresAt = ({ heads, rows, index }) => heads.map((head, i) => [head, rows[index][i + 1]]).filter(([, figure]) => figure !== '');
const fillTip = (axis) => {
  const part = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  tip.replaceChildren(...figuresAt(axis).flatMap(([head, figure]) => [part('span', head), part('b', figure)]));
};
const putTip = (x, y) => {
  tip.style.display = 'grid';
  const left = x + 16 + tip.offsetWidth > innerWidth ? x - 16 - tip.offsetWidth : x + 16;
  tip.style.left = Math.max(8, Math.min(left, innerWidth - tip.offsetWidth - 8)) + 'px';
  tip.style.top = Math.max(8, Math.min(y + 16, innerHeight - tip.offsetHeight - 8)) + 'px';
};
const moveTo = (axis, index) => {
  axis.index = index;
  fillTip(axis);
  drawCursor(axis);
};
const hide = (axis) => {
  axis.index = -1;
  tip.style.display = 'none';
  drawCursor(axis);
};

let drag;
const dropDrag = () => { drag?.mark.remove(); drag = undefined; };
const beginDrag = (chart, event) => {
  const mark = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  mark.setAttribute('class', 'sel');
  mark.setAttribute('y', chart.cross.getAttribute('y1'));
  mark.setAttribute('height', chart.cross.getAttribute('y2') - chart.cross.getAttribute('y1'));
  chart.svg.append(mark);
  drag = { mark, from: valueUnder(chart, event.clientX), x: event.clientX };
  chart.svg.setPointerCapture(event.pointerId);
};
const drawDrag = (chart, event) => {
  const ends = [drag.from, valueUnder(chart, event.clientX)].map((value) => placeOn(chart, value));
  drag.mark.setAttribute('x', Math.min(...ends));
  drag.mark.setAttribute('width', Math.abs(ends[0] - ends[1]));
};

const keyMoves = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
const stepTo = (chart, key, isFast) => {
  const { axis } = chart, last = axis.rows.length - 1;
  const start = axis.index < 0 ? nearestRow(axis, (axis.low + axis.high) / 2) : axis.index;
  const index = key === 'Home' ? 0 : key === 'End' ? last : Math.max(0, Math.min(last, start + (axis.index < 0 ? 0 : keyMoves[key] * (isFast ? 10 : 1))));
  moveTo(axis, index);
  const value = axis.rows[index][0], size = axis.high - axis.low;
  if (value < axis.low || value > axis.high) zoomTo(axis, value - size / 2, value + size / 2);
  const box = chart.svg.getBoundingClientRect();
  putTip(box.left + (placeOn(chart, value) / chart.width) * box.width, box.top + box.height / 4);
  const [[head, first], ...others] = figuresAt(axis);
  axis.charts.forEach(({ svg }) => {
    svg.setAttribute('aria-valuenow', value);
    svg.setAttribute('aria-valuetext', head + ' ' + first);
  });
  say(others.map(([name, figure]) => name.trim() + ' ' + figure).join(', '));
};
const zoomBy = ({ axis }, factor) => {
  const middle = axis.rows[axis.index]?.[0] ?? (axis.low + axis.high) / 2, size = (axis.high - axis.low) * factor;
  zoomTo(axis, middle - size / 2, middle + size / 2);
};
const onKey = (chart, event) => {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key in keyMoves || key === 'Home' || key === 'End') stepTo(chart, key, event.shiftKey);
  else if (key === '+' || key === '=') zoomBy(chart, 0.5);
  else if (key === '-') zoomBy(chart, 2);
  else if (key === 'Escape') { hide(chart.axis); resetZoom(chart.axis); }
  else return;
  event.preventDefault();
};

charts.filter(({ axis }) => axis.rows.length > 0).forEach((chart) => {
  const { svg, axis } = chart;
  const facts = { role: 'slider', tabindex: 0, 'aria-valuemin': axis.from, 'aria-valuemax': axis.to, 'aria-valuenow': axis.from, 'aria-valuetext': 'no place chosen', 'aria-describedby': 'keys' };
  Object.entries(facts).forEach(([name, value]) => svg.setAttribute(name, value));
  svg.addEventListener('pointermove', (event) => {
    moveTo(axis, nearestRow(axis, valueUnder(chart, event.clientX)));
    putTip(event.clientX, event.clientY);
    if (drag) drawDrag(chart, event);
  });
  svg.addEventListener('pointerleave', () => { if (!drag) hide(axis); });
  svg.addEventListener('pointerdown', (event) => { if (event.button === 0 && event.pointerType !== 'touch') beginDrag(chart, event); });
  svg.addEventListener('pointerup', (event) => {
    if (!drag) return;
    const ends = [drag.from, valueUnder(chart, event.clientX)].sort((a, b) => a - b);
    if (Math.abs(event.clientX - drag.x) > 5) zoomTo(axis, ...ends);
    dropDrag();
  });
  svg.addEventListener('pointercancel', dropDrag);
  svg.addEventListener('dblclick', () => resetZoom(axis));
  svg.addEventListener('keydown', (event) => onKey(chart, event));
  svg.addEventListener('blur', () => hide(axis));
});
`;
