import type { DynoError } from "../../base/errors.ts";
import { deriveSeed } from "../../base/random.ts";
import type { ArmFigures, BlockRecord, PairRecord } from "../../measure/pair.ts";
import { openPairBench, type TwinOptions, type TwinSide } from "./pair-bench.ts";

/** A pair, or which side of it broke down and how. */
export type PairOutcome =
  | { readonly pair: PairRecord; readonly broken?: never }
  | { readonly pair?: never; readonly broken: "base" | "candidate"; readonly error: DynoError };

/** Measures one pair (or block) after the other. */
export interface Twins {
  /** Rejects with a DynoError `aborted` where the signal is aborted. */
  nextPair(): Promise<PairOutcome>;
  /** The services that are used, in words. */
  readonly services: readonly string[];
  close(): Promise<void>;
}

/** Measures one block after the other: a fresh process that works alone. */
export interface Blocks extends Omit<Twins, "nextPair"> {
  nextBlock(): Promise<BlockRecord>;
}

/** Opens the services that both sides need. Throws a DynoError `scenario` for what cannot be compared in slices. */
export async function openTwins(base: TwinSide, candidate: TwinSide, options: TwinOptions): Promise<Twins> {
  const bench = await openPairBench([base, candidate], options);
  let count = 0;
  return {
    services: bench.services,
    close: bench.close,
    nextPair: async () => {
      const pair = count++;
      const startedMs = performance.now();
      const seed = deriveSeed(options.seed, `pair ${pair}`);
      const isBaseFirst = (pair + options.seed) % 2 === 0;
      const core = bench.coreOf(pair);
      const { figures, broken } = await bench.work({
        seed,
        order: isBaseFirst ? [0, 1] : [1, 0],
        core,
        verifies: pair === 0,
      });
      if (broken !== undefined) {
        return { broken: broken.side === 0 ? "base" : "candidate", error: broken.error };
      }
      const [base, candidate] = figures as [ArmFigures, ArmFigures];
      return {
        pair: {
          pair,
          seed,
          first: isBaseFirst ? "base" : "candidate",
          ...(core === undefined ? {} : { core }),
          tookMs: performance.now() - startedMs,
          base,
          candidate,
        },
      };
    },
  };
}

/** Opens what one side needs to be measured alone. */
export async function openBlocks(side: TwinSide, options: TwinOptions): Promise<Blocks> {
  const bench = await openPairBench([side], options);
  let count = 0;
  return {
    services: bench.services,
    close: bench.close,
    nextBlock: async () => {
      const block = count++;
      const startedMs = performance.now();
      const seed = deriveSeed(options.seed, `block ${block}`);
      const core = bench.coreOf(block);
      const { figures, broken } = await bench.work({ seed, order: [0], core, verifies: block === 0 });
      if (broken !== undefined) throw broken.error;
      const [alone] = figures as [ArmFigures];
      return {
        block,
        seed,
        ...(core === undefined ? {} : { core }),
        tookMs: performance.now() - startedMs,
        figures: alone,
      };
    },
  };
}
