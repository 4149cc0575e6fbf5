import { readConstraints } from "./read-constraints.ts";
import { readObjective } from "./read-objective.ts";
import { readParams } from "./read-params.ts";
import { readSubjectTo } from "./read-subject-to.ts";
import { objectiveExample } from "./require-tuning.ts";
import type { TuningSpec } from "./scenario.ts";
import type { TuningSources } from "./tuning-sources.ts";

/** What a scenario says on being tuned; undefined where it says nothing, or something wrong, which is reported. */
export function readTuning(sources: TuningSources): TuningSpec | undefined {
  const { input, scenario, yaml, report } = sources;
  if (input.objective === undefined) {
    const key = (["params", "require", "subjectTo"] as const).find((one) => input[one] !== undefined);
    if (key === undefined) return undefined;
    const hint = `add objective: ${objectiveExample(scenario.load)}`;
    report({ path: [key], part: "key", message: "objective is missing beside it", hint });
    return undefined;
  }
  const objective = readObjective(input.objective, scenario.load, report);
  const subjectTo = readSubjectTo(input.subjectTo, scenario.targets, scenario.load, yaml, report);
  const params = readParams(sources);
  if (params === undefined) return undefined;
  const constraints = readConstraints(input.require ?? [], params, report);
  return objective && { params, constraints, objective, subjectTo };
}
