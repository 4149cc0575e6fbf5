import { DynoError } from "../../base/errors.ts";
import { formatDuration, formatRate } from "../../base/units.ts";
import { runScenario } from "../../drive/run.ts";
import { targetSchemas } from "../../drive/target-schemas.ts";
import {
  type CalibrationRow,
  judgeLaw,
  judgeStall,
  readSchedule,
  type ScheduleFigures,
} from "../../judge/calibration.ts";
import type { PhaseResult } from "../../measure/result.ts";
import { type Colours, createColours } from "../../publish/terminal/symbols.ts";
import { renderTable } from "../../publish/terminal/table.ts";
import { checkScenario } from "../../scenario/check-scenario.ts";
import { wantsColour } from "../colour.ts";
import type { Io } from "../io.ts";

/** The stall test in full takes half a minute; the quick one has the same shape, ten times faster. */
const full = { stallMs: 1000, everyMs: 10_000, ratePerSec: 1000, forMs: 30_000, lawMs: 5000, rateMs: 3000 };
const quick = { stallMs: 100, everyMs: 1000, ratePerSec: 2000, forMs: 5000, lawMs: 2000, rateMs: 1000 };
const meanMicros = 5000;
const rates = [10_000, 50_000, 100_000, 200_000, 400_000, 800_000];

/**
 * `dyno calibrate`: drives targets whose truth is known and prints what was measured beside it, then finds the highest
 * rate at which the schedule holds. Exit code 0, or 3 where the instrument is off on this machine.
 */
export async function calibrate(options: { readonly quick?: boolean }, io: Io): Promise<number> {
  const size = options.quick === true ? quick : full;
  const colours = createColours(wantsColour(io.stdout, io.env));
  const note = (text: string): void => io.stderr.write(`calibrate: ${text}\n`);
  note(`a target that stands still for ${size.stallMs} ms in every ${size.everyMs} ms`);
  const stall = await drive(
    io,
    `law: stall, stall: ${size.stallMs}ms, every: ${size.everyMs}ms`,
    size.ratePerSec,
    size.forMs,
  );
  const rows = judgeStall(stall, size);
  for (const law of ["fixed", "exponential"] as const) {
    note(`a target with a ${law} latency of ${formatDuration(meanMicros)}`);
    rows.push(
      ...judgeLaw(await drive(io, `law: ${law}, latency: ${meanMicros}us`, 500, size.lawMs), law, meanMicros),
    );
  }
  io.stdout.write(`${lawTable(rows, colours)}\n\n`);
  const schedule = await findHighestRate(io, size.rateMs, note);
  io.stdout.write(`${scheduleTable(schedule, colours)}\n\n`);
  const highest = schedule.findLast(({ holds }) => holds);
  const isRight = rows.every(({ ok }) => ok) && highest !== undefined;
  io.stdout.write(
    `${isRight ? "The instrument is right" : "The instrument is off"} on this machine; the schedule holds up to ${highest ? formatRate(highest.ratePerSec) : "no rate that was tried"}.\n`,
  );
  return isRight ? 0 : 3;
}

async function findHighestRate(
  io: Io,
  forMs: number,
  note: (text: string) => void,
): Promise<ScheduleFigures[]> {
  const figures: ScheduleFigures[] = [];
  for (const rate of rates) {
    note(`nothing to do at ${formatRate(rate)}`);
    figures.push(readSchedule(await drive(io, "law: noop", rate, forMs), rate));
    if (figures.at(-1)?.holds !== true) break;
  }
  return figures;
}

/** Runs one phase at a constant rate in a fresh process, by the same way as `dyno run`. */
async function drive(io: Io, settings: string, ratePerSec: number, forMs: number): Promise<PhaseResult> {
  const text = `why: calibration
target: { kind: synthetic, ${settings} }
warmup: 500ms
load: [{ phase: measured, shape: constant-rate, rate: ${ratePerSec}/s, for: ${forMs}ms }]
`;
  const { scenario } = checkScenario(text, "calibration.yaml", { targetSchemas, env: {} });
  if (scenario === undefined)
    throw new DynoError("internal", `the calibration's own scenario is wrong: ${text}`);
  // The stall's period begins with the first operation, so a warm-up would shift it against the phase.
  const cold = settings.includes("stall") ? { ...scenario, warmup: { minMs: 0, maxMs: 0 } } : scenario;
  const { trials } = await runScenario(cold, { onEvent: () => undefined, signal: io.signal, env: io.env });
  const phase = trials[0]?.phases.find(({ kind }) => kind === "measured");
  if (io.signal.aborted) throw new DynoError("aborted", "the calibration was interrupted");
  if (phase === undefined)
    throw new DynoError("internal", trials[0]?.failure?.message ?? "the trial has no result");
  return phase;
}

function lawTable(rows: readonly CalibrationRow[], colours: Colours): string {
  const cells = rows.map(({ what, measured, truth, tolerance, ok }) => [
    `${ok ? colours.green("✓") : colours.red("✗")} ${what}`,
    formatDuration(truth),
    formatDuration(measured),
    `± ${formatDuration(tolerance)}`,
  ]);
  return renderTable(["against the truth", "truth", "measured", "allowed"], 1, cells, colours);
}

function scheduleTable(figures: readonly ScheduleFigures[], colours: Colours): string {
  const cells = figures.map(
    ({ ratePerSec, achieved, lagP50Micros, lagP99Micros, hiccupP99Micros, holds }) => [
      `${holds ? colours.green("✓") : colours.yellow("·")} ${formatRate(ratePerSec)}`,
      achieved.toFixed(4),
      formatDuration(lagP50Micros),
      formatDuration(lagP99Micros),
      formatDuration(hiccupP99Micros),
    ],
  );
  return renderTable(["schedule", "in time", "lag p50", "lag p99", "sleeper's p99"], 1, cells, colours);
}
