import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { targetSchemas } from "../src/drive/target-schemas.ts";
import { ownProgram } from "../src/drive/twin/pair-bench.ts";
import { compareTwins } from "../src/judge/compare/compare-twins.ts";
import { gateQuestion } from "../src/judge/compare/question.ts";
import { checkScenario } from "../src/scenario/check-scenario.ts";
import { proportionInterval } from "../src/stats/proportion-interval.ts";
import { medianOf } from "./ratio.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title = "function-gate: false alarms on a function that did not change";

const subject = "examples/function/parse.ts#parse";
const argument = "q=caf%C3%A9+au+lait&tag=red&tag=green&from=2026-01-01&page=17&sort=price";
/** As much as `dyno gate` takes where nobody says. */
const budgetMs = 60_000;
/** A common rule: the mean of the change's run may be 5 % above that of the base's. */
const threshold = 1.05;

/** Compares a function with itself, each round once by dyno's gate and once by two runs of tinybench. */
export async function run({ rounds, log, print, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const outcomes: string[] = [];
  const ratios: number[] = [];
  const seconds: number[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    const ours = async (): Promise<void> => {
      const startedMs = performance.now();
      outcomes.push(await gateOnItself(round, signal));
      seconds.push((performance.now() - startedMs) / 1000);
    };
    const theirs = async (): Promise<void> => void ratios.push(await tinybenchRatio());
    for (const step of round % 2 === 0 ? [ours, theirs] : [theirs, ours]) await step();
    log(`function-gate: round ${round + 1}: ${outcomes.at(-1)}; means ${ratios.at(-1)?.toFixed(3)} apart`);
  }
  const count = (wanted: string): number => outcomes.filter((outcome) => outcome === wanted).length;
  const alarms = ratios.filter((ratio) => ratio > threshold).length;
  print(
    `function-gate: dyno passed ${count("pass")}, failed ${count("fail")} and left ${count("inconclusive")} undecided, in ${medianOf(seconds).toFixed(0)} s each; tinybench's means were ${rangeText(ratios)} apart`,
  );
  return ratios.length === 0 ? [] : [falseAlarmRow(count("fail"), alarms, ratios.length)];
}

/** At most so many false alarms, as a share. */
const mostAlarms = 0.01;

/** How often the gates of both were wrong. There is a goal only where the interval decides it: 0 of 3 has reached nothing. */
export function falseAlarmRow(ours: number, theirs: number, rounds: number): BenchRow {
  const [low, high] = proportionInterval(ours, rounds) ?? [0, 1];
  const isDecided = high <= mostAlarms || low > mostAlarms;
  return {
    what: "A/A false alarms, as a share (Wilson, 95 %)",
    ours: shareText(ours, rounds),
    peerName: "tinybench, 5 % on means",
    peer: shareText(theirs, rounds),
    ratio: { median: ours / rounds, low, high },
    ...(isDecided ? { goal: { op: "<=", value: mostAlarms } } : {}),
  };
}

function shareText(hits: number, rounds: number): string {
  const percent = (share: number): string => (share * 100).toFixed(1);
  const [low, high] = proportionInterval(hits, rounds) ?? [0, 1];
  return `${hits} of ${rounds}: ${percent(hits / rounds)} % [${percent(low)}, ${percent(high)}]`;
}

/** What `dyno gate` says of a function against itself. */
async function gateOnItself(round: number, signal: AbortSignal): Promise<string> {
  const target = { kind: "function", module: `./${subject}`, args: [argument] };
  const text = JSON.stringify({ why: "a function against itself", target });
  const { scenario, problems } = checkScenario(text, "function-gate.yaml", { targetSchemas, env: {} });
  if (scenario === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const cwd = process.cwd();
  const side = { scenario, program: ownProgram(cwd, process.env), scenarioDir: cwd };
  const { evaluations, failure } = await compareTwins(side, side, {
    question: gateQuestion({}, 1),
    budgetMs,
    usesWholeBudget: false,
    seed: round * 1000 + 1,
    env: process.env,
    signal,
    onService: () => undefined,
    onPair: () => undefined,
  });
  if (failure !== undefined) throw failure.error;
  const judged = evaluations.filter((evaluation) => evaluation.judged).map(({ outcome }) => outcome);
  if (judged.includes("fail")) return "fail";
  return judged.length > 0 && judged.every((outcome) => outcome === "pass") ? "pass" : "inconclusive";
}

/** The mean of a second run of tinybench by that of the first, each in a fresh process. */
async function tinybenchRatio(): Promise<number> {
  const child = fileURLToPath(new URL("./function-gate-child.js", import.meta.url));
  const means: number[] = [];
  for (const _ of ["base", "head"]) {
    const { stdout } = await promisify(execFile)(process.execPath, [child, `./${subject}`, argument]);
    means.push(Number(stdout));
  }
  const [base = Number.NaN, head = Number.NaN] = means;
  return head / base;
}

function rangeText(ratios: readonly number[]): string {
  const percent = (ratio: number): string => `${((ratio - 1) * 100).toFixed(1)} %`;
  return `${percent(Math.min(...ratios))} to ${percent(Math.max(...ratios))}`;
}
