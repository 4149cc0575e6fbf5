import { DynoError } from "../../base/errors.ts";
import type { PairBench, TwinSide } from "../../drive/twin/pair-bench.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Config } from "../../scenario/tuning.ts";

/** A configuration that can be measured, or why it cannot. */
export type Admitted =
  | { readonly side: TwinSide; readonly failure?: never }
  | { readonly side?: never; readonly failure: string };

/** Makes what reads configurations and opens the services that they need, beside those of the base. */
export function createAdmission(
  bench: PairBench,
  base: TwinSide,
  scenarioWith: (config: Config) => Promise<Scenario>,
): (config: Config) => Promise<Admitted> {
  return async (config) => {
    try {
      const side = { ...base, scenario: await scenarioWith(config) };
      await bench.admit([base, side]);
      return { side };
    } catch (error) {
      if (!(error instanceof DynoError) || error.code === "aborted") throw error;
      return { failure: error.message };
    }
  };
}
