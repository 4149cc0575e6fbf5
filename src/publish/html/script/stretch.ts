/**
 * Moves what is drawn to where its place along the axis is now. Coordinates are stretched and not the drawing, so that
 * marks, text and lines keep their shapes. What has a \`data-at\` moves as a whole; in paths only absolute M, L and H do.
 */
export const stretch = `
const stretched = (path, x) => path.replace(/([MLH])(-?[\\d.]+)/g, (_, letter, at) => letter + Math.round(x(Number(at)) * 10) / 10);
const movesOf = (node) => [...node.children].flatMap((child) => {
  const number = (name) => Number(child.getAttribute(name) ?? 0);
  const set = (name, value) => child.setAttribute(name, Math.round(value * 10) / 10);
  const points = { circle: ['cx'], text: ['x'], line: ['x1', 'x2'] }[child.tagName];
  if (child.dataset.at !== undefined) {
    const at = Number(child.dataset.at), own = child.getAttribute('transform') ?? '';
    return [(x) => child.setAttribute('transform', 'translate(' + (x(at) - at).toFixed(1) + ' 0) ' + own)];
  }
  if (child.tagName === 'path') {
    const path = child.getAttribute('d');
    return [(x) => child.setAttribute('d', stretched(path, x))];
  }
  if (child.tagName === 'rect') {
    const from = number('x'), to = from + number('width');
    return [(x) => { set('x', x(from)); set('width', Math.max(1, x(to) - x(from))); }];
  }
  if (points) {
    const places = points.map(number);
    return [(x) => points.forEach((name, i) => set(name, x(places[i])))];
  }
  return movesOf(child);
});
`;
