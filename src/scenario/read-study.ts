import type { Report } from "../base/report.ts";
import type { Path, YamlFile } from "../base/yaml.ts";
import { buildPhase } from "./load-shapes.ts";
import type { ClosedPhase, OpenPhase, Phase, StudySpec } from "./scenario.ts";
import type { ScenarioInput } from "./schema.ts";
import { readUntil } from "./until.ts";

type StudyInput = Exclude<ScenarioInput["load"], readonly unknown[]>;
type CapacityInput = NonNullable<StudyInput["capacity"]>;
type SweepInput = NonNullable<StudyInput["sweep"]>;

/** What a file says of its load. */
export interface ReadLoad {
  readonly load: readonly Phase[];
  readonly study?: StudySpec;
}

/** Reads the phases of a scenario, or the study that stands in their place with one phase at its first level. Reports what is wrong. */
export function readLoad(input: ScenarioInput, yaml: YamlFile, report: Report): ReadLoad {
  const { load } = input;
  if (isPhases(load)) return { load: load.map(buildPhase) };
  checkStudy(input, report);
  const { capacity, sweep } = load;
  if ((capacity === undefined) === (sweep === undefined)) {
    const message = "give either capacity or sweep";
    report({ path: ["load"], message: capacity === undefined ? message : `${message}, not both` });
  }
  if (capacity !== undefined) return readCapacity(capacity, yaml, report);
  return sweep === undefined ? { load: [] } : readSweep(sweep, report);
}

function isPhases(load: ScenarioInput["load"]): load is Extract<ScenarioInput["load"], readonly unknown[]> {
  return Array.isArray(load);
}

/** The phases of a load as the file says them; none where it is a study. */
export function phaseInputs({ load }: ScenarioInput): Extract<ScenarioInput["load"], readonly unknown[]> {
  return isPhases(load) ? load : [];
}

function readCapacity(input: CapacityInput, yaml: YamlFile, report: Report): ReadLoad {
  const { from = 100, to, hold = 2000, budget = 60_000 } = input;
  const at: Path = ["load", "capacity"];
  if (to !== undefined && to <= from) {
    report({ path: [...at, "to"], message: "to is not above from, so there is nothing to search" });
  }
  if (budget < 4 * hold) {
    const message = "the budget does not hold four levels; give more, or a shorter hold";
    report({ path: input.budget === undefined ? [...at, "hold"] : [...at, "budget"], message });
  }
  const phase: OpenPhase = {
    phase: "capacity",
    loop: "open",
    shape: "constant-rate",
    arrivals: input.arrivals,
    corners: [
      { atMs: 0, ratePerSec: from },
      { atMs: hold, ratePerSec: from },
    ],
    durationMs: hold,
    lowCpu: input.lowCpu,
  };
  return {
    load: [phase],
    study: {
      kind: "capacity",
      until: readUntil(input.until, { at: [...at, "until"], phase: phase.phase, yaml }, report),
      fromRatePerSec: from,
      ...(to === undefined ? {} : { toRatePerSec: to }),
      holdMs: hold,
      budgetMs: budget,
    },
  };
}

function readSweep({ concurrency, hold = 1000, rounds = 3 }: SweepInput, report: Report): ReadLoad {
  const wrong = concurrency.findIndex((clients, i) => i > 0 && clients <= (concurrency[i - 1] ?? 0));
  if (wrong > 0) {
    report({ path: ["load", "sweep", "concurrency", wrong], message: "the numbers of clients must ascend" });
  }
  const first = concurrency[0] ?? 1;
  const phase: ClosedPhase = {
    phase: "sweep",
    loop: "closed",
    shape: "concurrency",
    fromClients: first,
    toClients: first,
    durationMs: hold,
  };
  return { load: [phase], study: { kind: "sweep", clients: concurrency, holdMs: hold, rounds } };
}

/** What a scenario may not say beside a study: why, and what to do instead. */
const besides: Readonly<Record<string, string>> = {
  faults: "faults need the timetable of phases; give phases to break something",
  variants: "variants are compared by dyno ab, which needs phases",
  gate: "a gate compares phases; a scenario with a study is run alone",
  params: "params are tuned under phases; give phases to tune",
  require: "params are tuned under phases; give phases to tune",
  objective: "an objective is tuned under phases; give phases to tune",
  subjectTo: "params are tuned under phases; give phases to tune",
  matrix: "a matrix crosses runs of phases; give phases, or take it out",
  repeat: "a study repeats by itself as often as it needs",
};

function checkStudy(input: ScenarioInput, report: Report): void {
  for (const [key, message] of Object.entries(besides)) {
    if (isSaid((input as Readonly<Record<string, unknown>>)[key]))
      report({ path: [key], part: "key", message });
  }
}

/** Whether more than a default stands there. */
function isSaid(value: unknown): boolean {
  if (typeof value === "number") return value > 1;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value !== "object" || value === null) return value !== undefined;
  return Object.values(value).some(isSaid);
}
