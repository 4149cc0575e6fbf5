/** A query of a dashboard or an alert, and where it stands. */
export interface Query {
  readonly where: string;
  readonly expr: string;
  /** The labels that its legend or its annotations name. */
  readonly shown: readonly string[];
}

/** What Prometheus itself puts on each series. */
const given = ["job", "instance", "le"];

const words = new Set([
  "by",
  "without",
  "and",
  "or",
  "unless",
  "on",
  "ignoring",
  "group_left",
  "bool",
  "offset",
]);

/**
 * What a query names and dyno does not export: metrics, labels in matchers and groupings. `exported` tells the labels of
 * each series name. Whether the query is well-formed is for Prometheus to say.
 */
export function unknownNames(expr: string, exported: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const plain = expr.replaceAll(/"(?:\\.|[^"\\])*"/g, '""');
  const metrics: string[] = [];
  const problems: string[] = [];
  const withoutGroups = plain.replaceAll(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, " ");
  const selectors = withoutGroups.matchAll(/([a-zA-Z_:][\w:]*)\s*(\{[^}]*\}|\()?/g);
  // Durations in brackets and variables are no names.
  for (const { 1: name = "", 2: rest = "", index } of selectors) {
    if (rest === "(" || words.has(name) || /[$\d]/.test(withoutGroups[index - 1] ?? "")) continue;
    const labels = exported.get(name);
    if (labels === undefined) problems.push(`metric ${name}`);
    metrics.push(name);
    for (const [, label = ""] of rest.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g))
      if (labels?.has(label) === false && !given.includes(label)) problems.push(`label ${label} of ${name}`);
  }
  const known = new Set([...given, ...metrics.flatMap((name) => [...(exported.get(name) ?? [])])]);
  for (const [, list = ""] of plain.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g))
    for (const label of list.split(",").map((one) => one.trim()))
      if (!known.has(label)) problems.push(`label ${label}`);
  return problems;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

/** The queries of a dashboard's panels. */
export function panelQueries(text: string): Query[] {
  const { title, panels } = JSON.parse(text) as Dashboard;
  return panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ expr, legendFormat }) => {
      const shown = [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label);
      return { where: `${title}, ${panel.title}`, expr, shown };
    }),
  );
}

/** The queries that fill a dashboard's variables: `label_values(series, label)`. */
export function variableQueries(text: string): Query[] {
  const { title, templating } = JSON.parse(text) as Dashboard;
  return templating.list.flatMap(({ name, query }) => {
    const asked = typeof query === "object" && query !== null && "query" in query ? String(query.query) : "";
    const [, expr, label] = /^label_values\((.+), (\w+)\)$/.exec(asked) ?? [];
    return expr === undefined || label === undefined
      ? []
      : [{ where: `${title}, variable ${name}`, expr, shown: [label] }];
  });
}

/** A query as Grafana sends it: all values of each variable, and rates over ten seconds. */
export function filledIn(expr: string): string {
  return expr.replaceAll("$__rate_interval", "10s").replaceAll(/\$\w+/g, ".*");
}
