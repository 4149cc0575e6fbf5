/** What concerns the whole page: theme, downloads, sorted tables, hidden series, and what is said to screen readers. */
export const page = `
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const root = document.documentElement;
const data = JSON.parse(document.getElementById('data').textContent);
const say = (text) => { document.getElementById('said').textContent = text; };
const onClick = (selector, act) => all(selector).forEach((button) => button.addEventListener('click', () => act(button)));

onClick('[data-do=theme]', () => {
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme:dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
});

const download = (name, type, text) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
};
const csvCell = (value) => (/[",\\r\\n]/.test(value) ? '"' + String(value).replaceAll('"', '""') + '"' : value);
onClick('[data-do=json]', () => download(data.name + '.json', 'application/json', JSON.stringify(data.result, null, 2)));
onClick('[data-do=csv]', () => {
  const lines = [data.csv.heads, ...data.csv.rows].map((row) => row.map(csvCell).join(','));
  download(data.name + '.csv', 'text/csv', lines.join('\\r\\n') + '\\r\\n');
});

onClick('th button', (button) => {
  const head = button.closest('th');
  const index = [...head.parentNode.children].indexOf(head);
  const isUp = head.getAttribute('aria-sort') !== 'ascending';
  all('th', head.parentNode).forEach((other) => other.removeAttribute('aria-sort'));
  head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
  const key = (row) => {
    const text = row.cells[index].dataset.v ?? row.cells[index].textContent;
    return text === '' || Number.isNaN(Number(text)) ? text : Number(text);
  };
  // What is empty comes last either way.
  const order = (a, b) => (a === '' ? 1 : b === '' ? -1 : (a < b ? -1 : a > b ? 1 : 0) * (isUp ? 1 : -1));
  const body = head.closest('table').tBodies[0];
  [...body.rows].sort((a, b) => order(key(a), key(b))).forEach((row) => body.append(row));
  say('sorted by ' + button.textContent + ', ' + (isUp ? 'ascending' : 'descending'));
});

onClick('button[data-series]', (button) => {
  const isShown = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', isShown);
  all('[data-s]', button.closest('.chart,.card'))
    .filter((drawn) => drawn.dataset.s === button.dataset.series)
    .forEach((drawn) => { drawn.style.display = isShown ? '' : 'none'; });
});
`;
