import type { Report } from "../base/report.ts";
import { buildPhase } from "./load-shapes.ts";
import { phaseInputs } from "./read-study.ts";
import type { ScenarioInput } from "./schema.ts";

type PhaseInput = ReturnType<typeof phaseInputs>[number];

/** Reports what is wrong with the load or the warm-up, and no schema of one phase can see. */
export function checkLoad(input: ScenarioInput, report: Report): void {
  const { warmup } = input;
  const load = phaseInputs(input);
  for (const [i, phase] of load.entries()) checkPhase(phase, i, load, report);
  if (typeof warmup === "object" && warmup.min > warmup.max) {
    report({ path: ["warmup", "min"], message: "min is longer than max" });
  }
}

function checkPhase(phase: PhaseInput, i: number, load: readonly PhaseInput[], report: Report): void {
  const refuse = (message: string, ...key: readonly string[]): void =>
    report({ path: ["load", i, ...key], message });
  if (load.findIndex((other) => other.phase === phase.phase) < i) {
    refuse(`there are two phases named ${phase.phase}; targets and reports need one name each`, "phase");
  }
  if (phase.shape === "spike" && phase.at + phase.rise + phase.hold + phase.fall > phase.for) {
    refuse("the spike (at + rise + hold + fall) does not end within the phase", "for");
  }
  if (
    phase.shape === "concurrency" &&
    (phase.clients === undefined) === (phase.from === undefined && phase.to === undefined)
  ) {
    refuse("give either clients: 64, or from: 1 and to: 64");
  }
  if (phase.shape !== "concurrency" && buildPhase(phase).loop === "open" && isSilent(phase)) {
    refuse("its rate is 0 all the time");
  }
}

function isSilent(phase: PhaseInput): boolean {
  return (phase.shape === "ramp" || phase.shape === "steps") && phase.from === 0 && phase.to === 0;
}
