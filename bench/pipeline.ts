import { PGraph } from "p-graph";
import type { Pipeline } from "../src/engine/pipeline/pipeline.ts";
import { createPipelines } from "../src/engine/pipeline/pipelines.ts";
import { parsePipeline } from "../src/engine/pipeline/read-pipelines.ts";
import { measureStoredRuns } from "./pipeline-stored.ts";
import { medianOf, ratioOf } from "./ratio.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title = "pipeline: one run of four steps, one after the other";

const text = `
steps:
  - { id: a, action: work }
  - { id: b, action: work, needs: [a] }
  - { id: c, action: work, needs: [b] }
  - { id: d, action: work, needs: [c] }
`;

const work = async (): Promise<number> => 1;
const sampleMs = 250;
const runsPerLook = 200;

/** Measures runs in memory, their records included, against p-graph; and runs that are stored in Redis. */
export async function run({ rounds, log, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const pipeline = fourSteps();
  const { ours, built, reused } = contestants(pipeline);
  const samples = { ours: [] as number[], built: [] as number[], reused: [] as number[] };
  log("pipeline: in memory");
  for (const once of [ours, built, reused]) await microsPerRun(once);
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    samples.ours.push(await microsPerRun(ours));
    samples.built.push(await microsPerRun(built));
    samples.reused.push(await microsPerRun(reused));
  }
  const rows = [
    against("p-graph, built for each run", samples.ours, samples.built, { op: "<=", value: 0.333 }),
    against("p-graph, one graph for all, no records", samples.ours, samples.reused),
  ];
  if (signal.aborted) return rows;
  log("pipeline: stored in Redis");
  return [...rows, await storedRow(pipeline, rounds, signal)];
}

function fourSteps(): Pipeline {
  return parsePipeline(text, "bench.yaml", { actions: { work: { run: work } }, env: {} });
}

type Once = () => Promise<unknown>;

function contestants(pipeline: Pipeline): {
  readonly ours: Once;
  readonly built: Once;
  readonly reused: Once;
} {
  const pipelines = createPipelines({ pipelines: [pipeline] });
  const data = { n: 1 };
  const nodes = { a: { run: work }, b: { run: work }, c: { run: work }, d: { run: work } };
  const needs: [string, string][] = [
    ["a", "b"],
    ["b", "c"],
    ["c", "d"],
  ];
  const graph = new PGraph(nodes, needs);
  return {
    ours: () => pipelines.run(pipeline.name, data),
    built: () => new PGraph(nodes, needs).run(),
    reused: () => graph.run(),
  };
}

async function microsPerRun(once: Once): Promise<number> {
  const begun = performance.now();
  let runs = 0;
  while (performance.now() - begun < sampleMs) {
    for (let i = 0; i < runsPerLook; i++) await once();
    runs += runsPerLook;
  }
  return ((performance.now() - begun) * 1000) / runs;
}

function against(
  peerName: string,
  ours: readonly number[],
  peer: readonly number[],
  goal?: NonNullable<BenchRow["goal"]>,
): BenchRow {
  const row = {
    what: "in memory, with records",
    ours: `${medianOf(ours).toFixed(1)} us`,
    peerName,
    peer: `${medianOf(peer).toFixed(1)} us`,
    ratio: ratioOf(ours, peer),
  };
  return goal === undefined ? row : { ...row, goal };
}

async function storedRow(pipeline: Pipeline, rounds: number, signal: AbortSignal): Promise<BenchRow> {
  const perSec = await measureStoredRuns(pipeline, rounds, signal);
  const goal = { op: ">=", value: 5000 } as const;
  return {
    what: "stored in Redis, 300 under way: runs a second",
    ours: `${(medianOf(perSec) / 1000).toFixed(1)}k/s`,
    peerName: "the limit",
    peer: `${goal.value / 1000}k/s`,
    ratio: ratioOf(
      perSec,
      perSec.map(() => 1),
    ),
    goal,
  };
}
