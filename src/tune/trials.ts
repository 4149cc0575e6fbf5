import type { TuneTrial } from "../measure/tuning.ts";
import type { Config } from "../scenario/tuning.ts";
import { medianOf } from "../stats/median.ts";
import type { MeasuredBlock } from "./rig.ts";
import type { Block } from "./search/searcher.ts";
import type { Space } from "./space/space.ts";

/** A block of the search, and what it showed. */
export interface SearchedBlock {
  readonly block: Block;
  readonly measured: MeasuredBlock;
  /** When it was over, in milliseconds of measuring since the beginning. */
  readonly atMs: number;
}

/** What trials are told by. */
export interface TrialContext {
  readonly space: Space;
  /** The configuration that shares are of. */
  readonly base: Config;
  /** The targets as the user wrote them. */
  readonly targets: readonly string[];
}

/** Every configuration of the blocks, as results show it; shares are of the base's median over all of them. */
export function trialsOf(blocks: readonly SearchedBlock[], context: TrialContext): TuneTrial[] {
  const { space, base, targets } = context;
  const baseKey = space.keyOf(base);
  const typical = medianOf(
    blocks.flatMap(({ block, measured }) =>
      block.arms.flatMap(({ config }, i) =>
        space.keyOf(config) === baseKey ? (measured.arms[i]?.score ?? []) : [],
      ),
    ),
  );
  const trials = blocks.flatMap(({ block, measured, atMs }) =>
    block.arms.flatMap(({ config, role }, i): Omit<TuneTrial, "trial">[] => {
      const arm = measured.arms[i];
      if (arm === undefined) return [];
      const { score, misses, figures, failure } = arm;
      return [
        {
          block: block.block,
          role,
          config,
          // Where the base never worked, there is nothing to take a share of.
          ...(score === undefined || Number.isNaN(typical) ? {} : { share: Math.exp(score - typical) }),
          figures,
          missed: targets.filter((_, target) => (misses[target] ?? 0) > 0),
          ...(failure === undefined ? {} : { failure }),
          atMs,
        },
      ];
    }),
  );
  return trials.map((trial, i) => ({ trial: i, ...trial }));
}
