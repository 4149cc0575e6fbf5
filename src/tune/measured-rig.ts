import { closeAll } from "../base/async.ts";
import { openPairBench, type TwinOptions } from "../drive/twin/pair-bench.ts";
import { createProcessPool } from "../drive/twin/process-pool.ts";
import type { TwinProgram } from "../drive/twin/twin-process.ts";
import type { Scenario, TuningSpec } from "../scenario/scenario.ts";
import type { Config } from "../scenario/tuning.ts";
import { createAdmission } from "./measured/admit-config.ts";
import { measureBlock, processName } from "./measured/measure-block.ts";
import { createProver } from "./measured/prove-pairs.ts";
import type { Rig } from "./rig.ts";

/** What is measured, and how. */
export interface MeasuredRigOptions extends TwinOptions {
  /** The scenario before tuning. */
  readonly scenario: Scenario;
  readonly spec: TuningSpec;
  /** What is in force is watched: that it does not work any more is something to be told, and no reason to give up. */
  readonly isWatched?: boolean;
  /** The scenario with a configuration laid on top. A DynoError says why there is none: such a configuration does not work. */
  scenarioWith(config: Config): Promise<Scenario>;
  readonly program: TwinProgram;
  /** The folder that files named in the scenario are looked for in. */
  readonly scenarioDir: string;
}

/** A rig that measures processes under real load. */
export interface MeasuredRig extends Rig {
  /** The services that were used so far, in words. */
  readonly services: readonly string[];
  /** Ends all processes and services. */
  close(): Promise<void>;
}

/**
 * Opens what the scenario needs to be measured. Throws a DynoError where that cannot be had, or where the scenario cannot be
 * measured in slices. Measuring throws a DynoError too where the scenario does not work before anything is tuned.
 *
 * The arms of a block work in processes that are kept from block to block: so there are more blocks in a budget, and it is
 * warm code that is measured. Where memory counts they are fresh, since a process does not give back what it has had. A proof
 * always has fresh ones, as `dyno ab` does.
 */
export async function openMeasuredRig(options: MeasuredRigOptions): Promise<MeasuredRig> {
  const { scenario, spec, program, scenarioDir, seed, isWatched = false } = options;
  const bench = await openPairBench(options);
  const base = { scenario, program, scenarioDir };
  const pool = countsMemory(spec) ? undefined : createProcessPool(processName, program);
  const close = (): Promise<void> => closeAll([bench.close, async () => pool?.close()]);
  try {
    await bench.admit([base]);
  } catch (error) {
    await close();
    throw error;
  }
  const admit = createAdmission(bench, base, options.scenarioWith);
  const prove = createProver({ bench, spec, targets: scenario.targets, admit, seed });
  return {
    get services() {
      return bench.services();
    },
    measure: (block) => measureBlock({ bench, spec, base, admit, pool, isWatched }, block),
    prove: async (order) => {
      // Those of the search would only lie in memory.
      await pool?.close();
      return prove(order);
    },
    close,
  };
}

/** What a process held at most is known of its whole life alone. */
function countsMemory({ objective, subjectTo }: TuningSpec): boolean {
  return (
    objective.terms.some(({ metric }) => metric === "rss") ||
    subjectTo.some(({ metric }) => metric.kind === "rss")
  );
}
