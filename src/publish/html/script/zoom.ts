/** Zooming an axis: all its charts are drawn anew, and a time axis gets new labels. */
export const zoom = `
const timeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5];
const timeText = (ms) => {
  const whole = Math.round(ms);
  if (whole < 6e4) return whole / 1e3 + ' s';
  const [seconds, parts] = String((whole % 6e4) / 1e3).split('.');
  return Math.floor(whole / 6e4) + ':' + seconds.padStart(2, '0') + (parts ? '.' + parts : '');
};
const toTenth = (ms) => Math.round(ms / 100) * 100;
const labelTimes = (chart) => {
  const { svg, left, right, axis: { low, high } } = chart;
  const group = svg.querySelector('.times');
  if (!group) return;
  const most = Math.max(3, (right - left) / 64);
  const step = timeSteps.find((each) => (high - low) / each <= most) ?? high - low;
  const old = group.querySelector('text');
  const labels = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) {
    const label = old.cloneNode();
    label.setAttribute('x', placeOn(chart, at).toFixed(1));
    label.textContent = timeText(at);
    labels.push(label);
  }
  if (labels.length > 0) group.replaceChildren(...labels);
};
const isZoomed = ({ low, high, from, to }) => low > from || high < to;
const zoomTo = (axis, low, high) => {
  // A window of less than a few rows would show nothing.
  const least = (axis.to - axis.from) / Math.max(20, axis.rows.length / 5);
  const size = Math.min(axis.to - axis.from, Math.max(least, high - low));
  axis.low = Math.max(axis.from, Math.min(low, axis.to - size));
  axis.high = axis.low + size;
  for (const chart of axis.charts) {
    const { svg, left, right } = chart;
    chart.moves ??= all('.in', svg).flatMap(movesOf);
    all('.ends', svg).forEach((labels) => { labels.style.display = isZoomed(axis) ? 'none' : ''; });
    const value = (x) => axis.from + ((x - left) / (right - left)) * (axis.to - axis.from);
    chart.moves.forEach((move) => move((x) => placeOn(chart, value(x))));
    if (axis.isOverTime) labelTimes(chart);
  }
  drawCursor(axis);
  all('[data-do=reset]').forEach((button) => { button.hidden = ![...axes.values()].some(isZoomed); });
  if (axis.isOverTime) say(isZoomed(axis) ? 'showing ' + timeText(toTenth(axis.low)) + ' to ' + timeText(toTenth(axis.high)) : 'showing all');
  else say(isZoomed(axis) ? 'zoomed' : 'showing all');
};
const resetZoom = (axis) => { if (isZoomed(axis)) zoomTo(axis, axis.from, axis.to); };
onClick('[data-do=reset]', () => axes.forEach(resetZoom));
`;
