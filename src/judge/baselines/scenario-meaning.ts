import { digestOf } from "../../base/digest.ts";
import { describePhase } from "../../scenario/load-shapes.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { BaselineScenario } from "./baseline.ts";

/** What a scenario measures: its target's settings and its load. Its text, its targets and its seed may change. */
export function meaningOf({ name, target, warmup, load }: Scenario): BaselineScenario {
  return {
    name,
    digest: digestOf({ target, warmup, load }).slice(0, 16),
    target: target.kind,
    phases: load.map((phase) => ({ phase: phase.phase, summary: describePhase(phase) })),
  };
}

/** What was changed in a scenario since a baseline of it was recorded, in words; undefined where it means the same. */
export function changeOfMeaning(was: BaselineScenario, now: BaselineScenario): string | undefined {
  if (was.digest === now.digest) return undefined;
  if (was.target !== now.target) return `its target was ${was.target} and is ${now.target}`;
  const load = (scenario: BaselineScenario): string =>
    scenario.phases.map(({ phase, summary }) => `${phase}: ${summary}`).join("; ");
  if (load(was) !== load(now)) return `its load was "${load(was)}" and is "${load(now)}"`;
  return "the settings of its target, or its warm-up, were changed";
}
