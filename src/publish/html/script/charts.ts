/**
 * The charts that can be read with a cursor, by axis. An axis is shared: all charts over time have one cursor and one
 * zoom, with figures from the page's data; a chart of another axis has its own, with figures from the table beside it.
 */
export const charts = `
const tableOf = (svg) => {
  for (let part = svg.parentElement; part; part = part.parentElement) {
    const table = part.querySelector('table[data-axis]');
    if (table) return table;
  }
};
const figuresOf = (svg) => {
  const table = tableOf(svg);
  if (!table) return { heads: [], rows: [] };
  const texts = (row) => [...row.cells].map((cell) => cell.textContent);
  return { heads: texts(table.tHead.rows[0]), rows: [...table.tBodies[0].rows].map((row) => [Number(row.dataset.x), ...texts(row)]) };
};
const axes = new Map();
const charts = all('svg[data-t]').map((svg, i) => {
  const [left, right, from, to, width] = svg.dataset.t.split(' ').map(Number);
  const isOverTime = svg.dataset.axis === undefined;
  const name = isOverTime ? 'time' : i;
  if (!axes.has(name)) axes.set(name, { isOverTime, from, to, low: from, high: to, index: -1, charts: [], ...(isOverTime ? { heads: data.heads, rows: data.rows } : figuresOf(svg)) });
  const axis = axes.get(name);
  const chart = { svg, left, right, width, axis, cross: svg.querySelector('.cross') };
  axis.charts.push(chart);
  return chart;
});
const placeOn = ({ left, right, axis }, value) => left + ((value - axis.low) / (axis.high - axis.low)) * (right - left);
const valueUnder = ({ svg, left, right, width, axis }, clientX) => {
  const box = svg.getBoundingClientRect();
  const x = Math.min(right, Math.max(left, ((clientX - box.left) / box.width) * width));
  return axis.low + ((x - left) / (right - left)) * (axis.high - axis.low);
};
const nearestRow = ({ rows }, value) => rows.reduce((best, row, i) => (best < 0 || Math.abs(row[0] - value) < Math.abs(rows[best][0] - value) ? i : best), -1);
`;
