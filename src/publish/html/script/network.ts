/** The graph of breakers at the moment of the cursor; without one it shows the worst that each came to. */
export const network = `
const spans = all('[data-breaker]').map(({ dataset: { breaker, state, from, to } }) => ({ breaker, state, from: Number(from), to: Number(to) }));
const nodes = all('[data-node]').map((node) => ({ node, name: node.dataset.node, worst: node.dataset.state }));
const moment = document.getElementById('moment');
const atRest = moment?.textContent;
if (moment) watchers.push((time) => {
  nodes.forEach(({ node, name, worst }) => {
    const now = spans.find(({ breaker, from, to }) => breaker === name && from <= time && time < to);
    node.dataset.state = time === undefined ? worst : (now?.state ?? 'closed');
    node.querySelector('.state').textContent = node.dataset.state.replace('_', '-');
  });
  moment.textContent = time === undefined ? atRest : 'at ' + timeText(time);
});
`;
