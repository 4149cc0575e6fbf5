import { DynoError } from "../../base/errors.ts";
import type { PairBench, TwinSide } from "../../drive/twin/pair-bench.ts";
import type { ProcessPool } from "../../drive/twin/process-pool.ts";
import type { ArmResult } from "../../drive/twin/work-in-turn.ts";
import type { TuningSpec } from "../../scenario/scenario.ts";
import type { Config } from "../../scenario/tuning.ts";
import type { MeasuredArm, MeasuredBlock } from "../rig.ts";
import type { Block } from "../search/searcher.ts";
import type { Admitted } from "./admit-config.ts";
import { brokenArm, measuredArm } from "./measured-arm.ts";
import { searchExtent } from "./search-extent.ts";

/** What blocks are measured with. */
export interface Workshop {
  readonly bench: PairBench;
  readonly spec: TuningSpec;
  /** The scenario before tuning, admitted to the bench. */
  readonly base: TwinSide;
  readonly admit: (config: Config) => Promise<Admitted>;
  /** Where the processes come from; undefined: each arm has a fresh one. */
  readonly pool: ProcessPool | undefined;
  /** Then it is told of and not thrown that the scenario does not work. */
  readonly isWatched: boolean;
}

/** What messages call a process. */
export const processName = "configuration";

/**
 * Measures the arms of a block in turn. One that does not work is recorded so, and the others go on without it; what all is
 * held against is asked once more. Throws a DynoError where that does not work either, unless it is watched.
 */
export async function measureBlock(workshop: Workshop, block: Block): Promise<MeasuredBlock> {
  const startedMs = performance.now();
  const admitted: Admitted[] = [];
  for (const { config } of block.arms) admitted.push(await workshop.admit(config));
  const sides = admitted.flatMap(({ side }) => side ?? []);
  const measured = await measureSides(workshop, block, sides);
  const arms = admitted.map(({ failure }) =>
    failure === undefined ? (measured.shift() ?? brokenArm("was not measured")) : brokenArm(failure),
  );
  const at = block.arms.findIndex(({ role }) => role === "default");
  if (at >= 0 && isBroken(arms[at])) arms[at] = await measureAgain(workshop, block, admitted[at]?.side);
  // Perhaps it is not the configurations.
  else if (arms.every(isBroken)) await measureAgain(workshop, block, workshop.base);
  return { arms, tookMs: performance.now() - startedMs };
}

function isBroken(arm: MeasuredArm | undefined): boolean {
  return arm?.score === undefined;
}

async function measureAgain(
  workshop: Workshop,
  block: Block,
  side: TwinSide | undefined,
): Promise<MeasuredArm> {
  const [arm = brokenArm("it cannot be set up")] =
    side === undefined ? [] : await measureSides(workshop, block, [side]);
  if (arm.failure === undefined || workshop.isWatched) return arm;
  throw new DynoError("setup", `the scenario does not work before anything is tuned: ${arm.failure}`);
}

async function measureSides(
  { bench, spec, base, pool }: Workshop,
  { block, seed, length }: Block,
  sides: readonly TwinSide[],
): Promise<MeasuredArm[]> {
  if (sides.length === 0) return [];
  const { arms } = await bench.work({
    sides,
    names: sides.map(() => processName),
    seed,
    order: turned(sides.length, block),
    count: block,
    // As in a comparison, what is measured many times is checked in the first.
    verifies: block === 0,
    extent: searchExtent(spec, length),
    needs: 1,
    ...(pool ? { pool } : {}),
  });
  return arms.map((arm) => armOf(arm, spec, base));
}

function armOf({ figures, error }: ArmResult, spec: TuningSpec, { scenario }: TwinSide): MeasuredArm {
  if (figures !== undefined) return measuredArm(spec, scenario.targets, figures);
  return brokenArm(error?.message ?? "was given up");
}

/** Which arm is first in a round: another one in each block, so that none has always the same neighbours. */
function turned(arms: number, block: number): number[] {
  return Array.from({ length: arms }, (_, i) => (i + block) % arms);
}
