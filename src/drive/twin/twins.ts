import { DynoError } from "../../base/errors.ts";
import { deriveSeed } from "../../base/random.ts";
import type { ArmFigures, BlockRecord, PairRecord } from "../../measure/pair.ts";
import { openPairBench, type PairBench, type TwinOptions, type TwinSide } from "./pair-bench.ts";
import { wholePair } from "./slice-plan.ts";
import type { ArmPlans, ArmResult } from "./work-in-turn.ts";

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
  /** What went wrong beside the measurement so far: each once, in words. */
  warnings(): readonly string[];
  close(): Promise<void>;
}

/** Measures one block after the other: a fresh process that works alone. */
export interface Blocks extends Omit<Twins, "nextPair"> {
  nextBlock(): Promise<BlockRecord>;
}

/** Opens the services that both sides need. Throws a DynoError `scenario` for what cannot be compared in slices. */
export async function openTwins(base: TwinSide, candidate: TwinSide, options: TwinOptions): Promise<Twins> {
  const bench = await openFor([base, candidate], options);
  const meter = createPairMeter(bench, base, candidate);
  let count = 0;
  return {
    services: bench.services(),
    warnings: bench.warnings,
    close: bench.close,
    nextPair: () => {
      const pair = count++;
      return meter.measure({
        pair,
        seed: deriveSeed(options.seed, `pair ${pair}`),
        isBaseFirst: (pair + options.seed) % 2 === 0,
      });
    },
  };
}

/** Opens what one side needs to be measured alone. */
export async function openBlocks(side: TwinSide, options: TwinOptions): Promise<Blocks> {
  const bench = await openFor([side], options);
  const measure = createMeter(bench, [["target", side]]);
  let count = 0;
  return {
    services: bench.services(),
    warnings: bench.warnings,
    close: bench.close,
    nextBlock: async () => {
      const block = count++;
      const seed = deriveSeed(options.seed, `block ${block}`);
      const { arms, ...rest } = await measure({ count: block, seed, order: [0] });
      const [alone] = arms;
      if (alone?.error !== undefined) throw alone.error;
      return { block, seed, ...rest, figures: figuresOf(alone) };
    },
  };
}

async function openFor(sides: readonly TwinSide[], options: TwinOptions): Promise<PairBench> {
  const bench = await openPairBench(options);
  try {
    await bench.admit(sides);
    return bench;
  } catch (error) {
    await bench.close();
    throw error;
  }
}

/** Which pair is measured. */
export interface PairTurn {
  /** From 0. */
  readonly pair: number;
  readonly seed: number;
  readonly isBaseFirst: boolean;
}

/** Measures pairs of the same two sides, in fresh processes. */
export interface PairMeter {
  /** The first pair checks the work, and those that follow are cut into slices as it was. Rejects with a DynoError `aborted`. */
  measure(turn: PairTurn): Promise<PairOutcome>;
}

/** Makes what measures pairs of two sides that were admitted to the bench. */
export function createPairMeter(
  bench: PairBench,
  base: TwinSide,
  candidate: TwinSide,
  extent = wholePair,
): PairMeter {
  const named = [
    ["base", base],
    ["candidate", candidate],
  ] as const;
  const measure = createMeter(bench, named, extent);
  return {
    measure: async ({ pair, seed, isBaseFirst }) => {
      const { arms, ...rest } = await measure({ count: pair, seed, order: isBaseFirst ? [0, 1] : [1, 0] });
      const [one, other] = arms;
      if (one?.error !== undefined) return { broken: "base", error: one.error };
      if (other?.error !== undefined) return { broken: "candidate", error: other.error };
      const first = isBaseFirst ? "base" : "candidate";
      const figures = { base: figuresOf(one), candidate: figuresOf(other) };
      return { pair: { pair, seed, first, ...rest, ...figures } };
    },
  };
}

interface MeterTurn {
  readonly count: number;
  readonly seed: number;
  readonly order: readonly number[];
}

interface Metered {
  readonly core?: number;
  readonly tookMs: number;
  readonly arms: readonly ArmResult[];
}

/** Measures the same sides, each with its name, time and again. */
function createMeter(
  bench: PairBench,
  named: readonly (readonly [string, TwinSide])[],
  extent = wholePair,
): (turn: MeterTurn) => Promise<Metered> {
  const names = named.map(([name]) => name);
  const sides = named.map(([, side]) => side);
  let plans: ArmPlans | undefined;
  return async (turn) => {
    const startedMs = performance.now();
    const worked = await bench.work({
      ...turn,
      names,
      sides,
      verifies: plans === undefined,
      extent,
      ...(plans ? { plans } : {}),
      needs: sides.length,
    });
    plans ??= worked.plans;
    const { arms, core } = worked;
    return { arms, tookMs: performance.now() - startedMs, ...(core === undefined ? {} : { core }) };
  };
}

function figuresOf(arm: ArmResult | undefined): ArmFigures {
  if (arm?.figures === undefined) throw new DynoError("internal", "a process gave no figures");
  return arm.figures;
}
