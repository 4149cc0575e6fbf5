import type { Pipeline, Step } from "./pipeline.ts";
import { createStepMeter, type StepMeter, type StepMetrics } from "./step-metrics.ts";

/** The meters of all steps, each made when it is first used. */
export interface StepMeters {
  readonly of: (step: Step, pipeline: Pipeline) => StepMeter;
  snapshot(): readonly StepMetrics[];
}

/** Creates meters. Former and current definitions of a step share one. */
export function createStepMeters(): StepMeters {
  const bySteps = new Map<Step, StepMeter>();
  const byName = new Map<string, StepMeter>();
  const make = (step: Step, { name }: Pipeline): StepMeter => {
    const key = `${name}.${step.id}`;
    const meter = byName.get(key) ?? createStepMeter(name, step.id);
    byName.set(key, meter);
    bySteps.set(step, meter);
    return meter;
  };
  return {
    of: (step, pipeline) => bySteps.get(step) ?? make(step, pipeline),
    snapshot: () => [...byName.values()].map((meter) => meter.snapshot()),
  };
}
