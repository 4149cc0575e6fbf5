import type { NetworkCourse } from "../../../measure/network-course.ts";
import { type Html, html } from "../template.ts";
import { type BreakerSpan, stateWord, timesIn, worstOf } from "./breaker-spans.ts";
import { n1 } from "./frame.ts";

const nodeWidth = 112;
const nodeHeight = 44;
const gapX = 16;
const gapY = 40;

interface Placed {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly x: number;
  readonly y: number;
}

/** Services as boxes, each above those that it depends on, with the worst state that its breaker came to. */
export function breakerGraph(
  { nodes }: NetworkCourse,
  spans: ReadonlyMap<string, readonly BreakerSpan[]>,
): Html {
  const rows = layersOf(nodes);
  const most = Math.max(...rows.map((row) => row.length));
  const width = Math.max(340, most * (nodeWidth + gapX) + 8);
  const height = rows.length * (nodeHeight + gapY) - gapY + 8;
  const placed = new Map(rows.flatMap((row, i) => placeRow(row, i, width)).map((one) => [one.name, one]));
  const edges = [...placed.values()].flatMap((from) =>
    from.dependsOn.flatMap((name) => {
      const to = placed.get(name);
      return to === undefined ? [] : [edge(from, to)];
    }),
  );
  const boxes = [...placed.values()].map((one) => box(one, spans.get(one.name) ?? []));
  const told = nodes
    .map(({ name, dependsOn }) => {
      const below = dependsOn.length === 0 ? "" : `, depends on ${dependsOn.join(" and ")}`;
      return `${name}${below}: ${timesIn(spans.get(name) ?? [])}.`;
    })
    .join(" ");
  return html`<svg viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-label="${`Services and their breakers. ${told}`}"><title>Services and their breakers</title><desc>${told}</desc>${edges}${boxes}</svg>`;
}

/** By depth: on top those that nothing depends on; each below all that depend on it. */
function layersOf(nodes: NetworkCourse["nodes"]): readonly NetworkCourse["nodes"][] {
  const depths = new Map<string, number>();
  // Dependencies come first, so that from the end all dependents of a node are known.
  for (const { name, dependsOn } of nodes.toReversed()) {
    const depth = depths.get(name) ?? 0;
    depths.set(name, depth);
    for (const below of dependsOn) depths.set(below, Math.max(depths.get(below) ?? 0, depth + 1));
  }
  const count = Math.max(0, ...depths.values()) + 1;
  return Array.from({ length: count }, (_, depth) => nodes.filter(({ name }) => depths.get(name) === depth));
}

function placeRow(row: NetworkCourse["nodes"], index: number, width: number): Placed[] {
  const step = width / row.length;
  const y = 4 + index * (nodeHeight + gapY);
  return row.map(({ name, dependsOn }, i) => ({ name, dependsOn, x: (i + 0.5) * step - nodeWidth / 2, y }));
}

/** From what depends to what it depends on, with an arrow head. */
function edge(from: Placed, to: Placed): Html {
  const [x1, y1] = [from.x + nodeWidth / 2, from.y + nodeHeight];
  const [x2, y2] = [to.x + nodeWidth / 2, to.y - 2];
  const bend = (y2 - y1) / 2;
  return html`<path class="edge" d="M${n1(x1)},${n1(y1)}C${n1(x1)},${n1(y1 + bend)} ${n1(x2)},${n1(y2 - bend)} ${n1(x2)},${n1(y2)}m-4,-7l4,7l4,-7"/>`;
}

function box({ name, x, y }: Placed, spans: readonly BreakerSpan[]): Html {
  const worst = worstOf(spans);
  const [middle, shown] = [n1(x + nodeWidth / 2), name.length > 14 ? `${name.slice(0, 13)}…` : name];
  return html`<g class="node" data-node="${name}" data-state="${worst}"><title>${name}: ${timesIn(spans)}</title><rect x="${n1(x)}" y="${n1(y)}" width="${nodeWidth}" height="${nodeHeight}" rx="9"/><text class="strong" x="${middle}" y="${n1(y + 19)}" text-anchor="middle">${shown}</text><text class="state" x="${middle}" y="${n1(y + 35)}" text-anchor="middle">${stateWord(worst)}</text></g>`;
}
