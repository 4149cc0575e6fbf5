import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import autocannon from "autocannon";
import { systemClock } from "../src/base/clock.ts";
import { startClosedLoop } from "../src/drive/load/closed-loop.ts";
import { startOpenLoop } from "../src/drive/load/open-loop.ts";
import { createSchedule } from "../src/drive/load/schedule.ts";
import { runScenario } from "../src/drive/run.ts";
import { targetSchemas } from "../src/drive/target-schemas.ts";
import { readSchedule, type ScheduleFigures } from "../src/judge/calibration.ts";
import { createRecorder } from "../src/measure/recorder.ts";
import { checkScenario } from "../src/scenario/check-scenario.ts";
import { dispersionOf } from "./dispersion.ts";
import { medianOf, ratioOf } from "./ratio.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title = "driver: how well the schedule is kept";

const forMs = 2000;

/** Measures a target that does nothing at fixed rates, unthrottled, and against autocannon. */
export async function run({ rounds, log, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { rate, goal } of [
    { rate: 100_000, goal: 0.999 },
    { rate: 200_000, goal: 0.998 },
  ]) {
    if (signal.aborted) return rows;
    log(`driver: nothing to do at ${rate} a second, and a bare loop beside`);
    rows.push(...(await scheduleRows(rate, goal, rounds, signal)));
  }
  if (signal.aborted) return rows;
  log("driver: arrivals at 10,000 a second, and autocannon's");
  rows.push(await dispersionRow(rounds));
  log("driver: unthrottled");
  rows.push(await unthrottledRow(rounds));
  return rows;
}

async function scheduleRows(
  rate: number,
  goal: number,
  rounds: number,
  signal: AbortSignal,
): Promise<BenchRow[]> {
  const ours: ScheduleFigures[] = [];
  const floors: { readonly p50: number; readonly p99: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const steps = [
      async () => ours.push(await driveNothing(rate, signal)),
      async () => floors.push(await bareLoop(rate)),
    ];
    for (const step of round % 2 === 0 ? steps : steps.toReversed()) await step();
  }
  const achieved = ours.map((figures) => figures.achieved);
  const p50 = ours.map(({ lagP50Micros }) => lagP50Micros);
  const p99 = ours.map(({ lagP99Micros }) => lagP99Micros);
  const what = `${rate / 1000}k/s`;
  return [
    bare(`${what}, sent in time`, achieved, (value) => value.toFixed(4), { op: ">=", value: goal }),
    bare(`${what}, lag p50 in us`, p50, (value) => `${value.toFixed(2)} us`, { op: "<=", value: 5 }),
    {
      what: `${what}, lag p99`,
      ours: `${medianOf(p99).toFixed(0)} us`,
      peerName: "a bare loop on the clock",
      peer: `${medianOf(floors.map((floor) => floor.p99)).toFixed(0)} us`,
      ratio: ratioOf(
        p99,
        floors.map((floor) => floor.p99),
      ),
      goal: { op: "<=", value: 1.5 },
    },
  ];
}

/** A row with a bare figure in place of a ratio. */
function bare(
  what: string,
  figures: readonly number[],
  show: (value: number) => string,
  goal: NonNullable<BenchRow["goal"]>,
): BenchRow {
  const median = medianOf(figures);
  return {
    what,
    ours: show(median),
    peerName: "",
    peer: "",
    ratio: { median, low: Math.min(...figures), high: Math.max(...figures) },
    goal,
  };
}

async function driveNothing(rate: number, signal: AbortSignal): Promise<ScheduleFigures> {
  const text = `why: bench
target: { kind: synthetic, law: noop }
warmup: 500ms
load: [{ phase: measured, shape: constant-rate, rate: ${rate}/s, for: ${forMs}ms }]
`;
  const { scenario } = checkScenario(text, "bench.yaml", { targetSchemas, env: {} });
  if (scenario === undefined) throw new Error(`the benchmark's own scenario is wrong: ${text}`);
  const { trials } = await runScenario(scenario, { onEvent: () => undefined, signal, env: {} });
  const phase = trials[0]?.phases.find(({ kind }) => kind === "measured");
  if (phase === undefined) throw new Error(trials[0]?.failure?.message ?? "no result");
  return readSchedule(phase, rate);
}

async function bareLoop(rate: number): Promise<{ p50: number; p99: number }> {
  const file = fileURLToPath(new URL("./driver-floor.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, String(rate), String(forMs)]);
  return JSON.parse(stdout) as { p50: number; p99: number };
}

async function dispersionRow(rounds: number): Promise<BenchRow> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const steps = [
      async () => ours.push(await ourDispersion()),
      async () => theirs.push(await autocannonDispersion()),
    ];
    for (const step of round % 2 === 0 ? steps : steps.toReversed()) await step();
  }
  return {
    ...bare("10k/s, index of dispersion over 10 ms", ours, (value) => value.toFixed(2), {
      op: "<=",
      value: 0.5,
    }),
    peerName: "autocannon -R 10000",
    peer: medianOf(theirs).toFixed(1),
  };
}

async function ourDispersion(): Promise<number> {
  const arrivalsMs: number[] = [];
  const corners = [
    { atMs: 0, ratePerSec: 10_000 },
    { atMs: forMs, ratePerSec: 10_000 },
  ];
  const schedule = createSchedule({ corners, arrivals: "uniform", durationMs: forMs }, 1);
  const fire = (): void => {
    arrivalsMs.push(performance.now());
  };
  await startOpenLoop({ ...common(fire, "open"), schedule, durationMs: forMs, lowCpu: false }).done;
  return dispersionOf(arrivalsMs);
}

function common(fire: () => void, loop: "open" | "closed") {
  return {
    session: { fire, stop: async () => [] },
    firstOperation: 0,
    recorder: createRecorder({ loop }),
    clock: systemClock,
    startMicros: systemClock.nowMicros(),
    signal: new AbortController().signal,
    drainMs: 1000,
  };
}

async function autocannonDispersion(): Promise<number> {
  const child = fork(new URL("./driver-arrivals.js", import.meta.url));
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: 50,
    overallRate: 10_000,
    duration: forMs / 1000,
  });
  child.send("tell");
  const [{ dispersion }] = (await once(child, "message")) as [{ dispersion: number }];
  return dispersion;
}

async function unthrottledRow(rounds: number): Promise<BenchRow> {
  const rates: number[] = [];
  const phase = {
    phase: "full",
    loop: "closed",
    shape: "concurrency",
    fromClients: 1,
    toClients: 1,
    durationMs: 1000,
  } as const;
  for (let round = 0; round <= rounds; round++) {
    const { sent, sendingMs } = await startClosedLoop({ ...common(() => undefined, "closed"), phase }).done;
    // The first one warms the compiler up.
    if (round > 0) rates.push((sent * 1000) / sendingMs / 1e6);
  }
  return bare("unthrottled, million no-op/s", rates, (value) => `${value.toFixed(2)} M/s`, {
    op: ">=",
    value: 3,
  });
}
