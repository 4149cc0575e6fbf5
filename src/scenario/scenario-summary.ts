import { readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { type CheckOptions, checkScenario } from "./check-scenario.ts";
import { describeStudy, longestStudyMs } from "./describe-study.ts";
import { listScenarioFiles } from "./list-scenarios.ts";
import { describePhase } from "./load-shapes.ts";
import { crossLevels } from "./matrix-cells.ts";
import type { Scenario } from "./scenario.ts";
import { isSuite } from "./suite.ts";

/** A scenario file in a line: what it is for, and how long it takes. */
export interface ScenarioSummary {
  /** The file's name without its ending; it tells the scenarios of a folder apart. */
  readonly id: string;
  readonly file: string;
  /** Absent where the file is not accepted. */
  readonly scenario?: {
    readonly name: string;
    readonly why: string;
    readonly target: string;
    /** Each phase in words. */
    readonly phases: readonly string[];
    /** How long its load lasts at most, all trials together, in milliseconds. */
    readonly upToMs: number;
  };
  /** How much is wrong with the file; 0 where there is a scenario. */
  readonly problems: number;
}

/** Reads the scenarios of a folder, again where a file has changed. Suites are left out; no folder is one without scenarios. */
export type ReadScenarios = () => Promise<readonly ScenarioSummary[]>;

/** Creates a reader that remembers what it has read. */
export function createScenarioReader(dir: string, options: CheckOptions): ReadScenarios {
  const known = new Map<string, { readonly stamp: string; readonly summary: ScenarioSummary | undefined }>();
  return async () => {
    const files = await listScenarioFiles(dir).catch(() => []);
    const summaries: ScenarioSummary[] = [];
    for (const file of files) {
      // One that goes, or may not be read, keeps nobody from the others.
      const found = await stat(file).catch(() => undefined);
      if (found === undefined) continue;
      const stamp = `${found.mtimeMs} ${found.size}`;
      const before = known.get(file);
      const isKnown = before?.stamp === stamp;
      const text = isKnown ? "" : await readFile(file, "utf8").catch(() => undefined);
      if (text === undefined) continue;
      const summary = isKnown ? before.summary : summarise(text, file, options);
      known.set(file, { stamp, summary });
      if (summary !== undefined) summaries.push(summary);
    }
    return summaries;
  };
}

function summarise(text: string, file: string, options: CheckOptions): ScenarioSummary | undefined {
  if (isSuite(text)) return undefined;
  const id = basename(file, extname(file));
  const { scenario, problems } = checkScenario(text, file, options);
  if (scenario === undefined) return { id, file, problems: problems.length };
  const { name, why, target } = scenario;
  const phases = loadLines(scenario);
  return {
    id,
    file,
    problems: 0,
    scenario: { name, why, target: target.kind, phases, upToMs: longestMs(scenario) },
  };
}

/** A scenario's load in words: each phase, or its study. */
export function loadLines({ load, study }: Scenario): string[] {
  if (study !== undefined) return [describeStudy(study)];
  return load.map((phase) => `${phase.phase}: ${describePhase(phase)}`);
}

/** How long a scenario's load lasts at most, all trials together, in milliseconds. */
export function longestMs({ load, warmup, repeat, matrix, study }: Scenario): number {
  if (study !== undefined) return longestStudyMs(study);
  const turns = matrix === undefined ? 1 : crossLevels(matrix.axes).length * matrix.rounds;
  return load.reduce((sum, { durationMs }) => sum + durationMs, warmup.maxMs) * repeat * turns;
}
