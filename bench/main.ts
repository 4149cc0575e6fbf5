import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { BenchContext, BenchRow } from "./row.ts";

interface Bench {
  readonly title: string;
  run(context: BenchContext): Promise<readonly BenchRow[]>;
}

/** One line adds a benchmark. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  bus: () => import("./bus.ts"),
  driver: () => import("./driver.ts"),
  "function-gate": () => import("./function-gate.ts"),
  gate: () => import("./gate.ts"),
  groups: () => import("./groups.ts"),
  http: () => import("./http.ts"),
  log: () => import("./log-store.ts"),
  pipeline: () => import("./pipeline.ts"),
  redis: () => import("./redis-store.ts"),
  resilience: () => import("./resilience.ts"),
  spool: () => import("./spool.ts"),
  tune: () => import("./tune.ts"),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    units: { type: "string", default: "40" },
    seeds: { type: "string", default: "12" },
    json: { type: "boolean", default: false },
  },
});

const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(
    `bench: no benchmark named ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`,
  );
  process.exit(2);
}

const [rounds, seeds] = [Number(values.rounds), Number(values.seeds)];
const units = values.units.split(",").map(Number);
if (![rounds, seeds, ...units].every((value) => value > 0)) {
  console.error("bench: --rounds, --seeds and --units are numbers above 0; --units may be several: 20,40");
  process.exit(2);
}

const abort = new AbortController();
process.once("SIGINT", () => abort.abort("SIGINT"));
const context: BenchContext = {
  rounds,
  units,
  seeds,
  log: (line) => console.error(line),
  print: (text) => (values.json ? console.error(text) : console.log(text)),
  signal: abort.signal,
};

const chosen = positionals.length > 0 ? positionals : Object.keys(benches);
for (const name of chosen) {
  const bench = await benches[name]?.();
  if (bench === undefined || abort.signal.aborted) break;
  const rows = await bench.run(context);
  console.log(values.json ? JSON.stringify({ name, title: bench.title, rows }) : render(bench.title, rows));
}

function render(title: string, rows: readonly BenchRow[]): string {
  const table = new Table({
    head: ["what", "dyno", "against", "", "ratio, median [low, high]", "goal", ""],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    const { median, low, high } = row.ratio;
    table.push([
      row.what,
      row.ours,
      row.peerName,
      row.peer,
      `${figure(median)} [${figure(low)}, ${figure(high)}]`,
      row.goal ? `${row.goal.op} ${row.goal.value}` : "",
      row.goal ? (meets(row) ? "reached" : "MISSED") : "",
    ]);
  }
  return `\n${title}\n${table.toString()}\n`;
}

function meets({ ratio, goal }: BenchRow): boolean {
  if (goal === undefined) return true;
  return goal.op === ">=" ? ratio.median >= goal.value : ratio.median <= goal.value;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
