import { dirname, resolve } from "node:path";
import { systemClock } from "../base/clock.ts";
import { targetSchemas } from "../drive/target-schemas.ts";
import { ownProgram, refuseFaults } from "../drive/twin/pair-bench.ts";
import { configOverrides } from "../scenario/config-overrides.ts";
import { type Override, parseOverride } from "../scenario/overrides.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { requireTuning } from "../scenario/require-tuning.ts";
import type { Scenario, TuningSpec } from "../scenario/scenario.ts";
import type { TunedFile } from "../scenario/tuned-file.ts";
import { type MeasuredRig, openMeasuredRig } from "../tune/measured-rig.ts";
import { searchers } from "../tune/search/searchers.ts";
import { createSpace } from "../tune/space/space.ts";
import type { TuneOrder } from "../tune/tune.ts";
import { readConfigured } from "./configured-scenario.ts";
import { findScenario } from "./find-scenario.ts";
import type { Io } from "./io.ts";
import type { TuningPlan } from "./plan-tuning.ts";
import { refuseMatrix } from "./refuse-matrix.ts";

/** What is tuned. */
export interface TuneSubject {
  /** As the user named it. */
  readonly name: string;
  readonly scenario: Scenario;
  readonly spec: TuningSpec;
  /** What is laid on the file before a configuration is. */
  readonly overrides: readonly Override[];
}

/** Reads a scenario to be tuned from the settings of a tuned.yaml and `set`. Throws a DynoError where it does not say for what. */
export async function readSubject(
  name: string,
  config: TunedFile | undefined,
  set: readonly string[],
  io: Io,
): Promise<TuneSubject> {
  const scenario = await readConfigured(findScenario(name, io.cwd), config, set, io, { isTuned: true });
  const spec = requireTuning(scenario);
  refuseFaults(scenario);
  refuseMatrix(scenario, "a tuning");
  const given = set.map((setting) => parseOverride(setting));
  return { name, scenario, spec, overrides: [...(config?.overrides ?? []), ...given] };
}

/** Opens what measures the configurations of a scenario. */
export function openSubjectRig(
  { scenario, spec, overrides }: TuneSubject,
  seed: number,
  onService: (text: string) => void,
  io: Io,
  { isWatched = false }: { readonly isWatched?: boolean } = {},
): Promise<MeasuredRig> {
  return openMeasuredRig({
    scenario,
    spec,
    isWatched,
    scenarioWith: (config) =>
      readScenario(scenario.file, {
        targetSchemas,
        env: io.env,
        overrides: [...overrides, ...configOverrides(spec.params, config)],
        isVariant: true,
      }),
    program: ownProgram(io.cwd, io.env),
    scenarioDir: dirname(resolve(io.cwd, scenario.file)),
    seed,
    env: io.env,
    signal: io.signal,
    onService,
  });
}

/** What is searched, and with what means. */
export function tuneOrder(
  { spec }: TuneSubject,
  plan: Pick<TuningPlan, "seed" | "minGain" | "algorithm" | "budget">,
): TuneOrder {
  const { params, constraints, subjectTo } = spec;
  return {
    space: createSpace(params, constraints),
    targets: subjectTo.map(({ text }) => text),
    rateTargets: subjectTo.filter(({ metric }) => metric.kind === "error_rate").map(({ text }) => text),
    seed: plan.seed,
    minGain: plan.minGain,
    createSearcher: searchers[plan.algorithm],
    budget: plan.budget,
    clock: systemClock,
  };
}
