import { scaleLinear } from "d3-scale";
import type { TuneResult, TuneTrial } from "../../../measure/tuning.ts";
import type { Box, Scale } from "../charts/frame.ts";

/** One configuration, and when it was measured. */
export interface TimedTrial {
  readonly trial: TuneTrial;
  /** In milliseconds of measuring. */
  readonly midMs: number;
}

/** Trials that were measured in turn. */
export interface TimedBlock {
  readonly block: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly trials: readonly TimedTrial[];
}

/** A search by its time of measuring. */
export interface SearchTime {
  readonly blocks: readonly TimedBlock[];
  readonly endMs: number;
}

/**
 * When each trial was measured. Those of a block are measured in turn, over and over, so that each took part in all of it;
 * they are set side by side within it, so that each can be seen.
 */
export function timeOfSearch({ trials }: Pick<TuneResult, "trials">): SearchTime {
  const blocks: TimedBlock[] = [];
  for (const block of new Set(trials.map((trial) => trial.block))) {
    const own = trials.filter((trial) => trial.block === block);
    const fromMs = blocks.at(-1)?.toMs ?? 0;
    const toMs = Math.max(fromMs, own[0]?.atMs ?? 0);
    const timed = own.map((trial, i) => ({
      trial,
      midMs: fromMs + (0.2 + (0.6 * (i + 0.5)) / own.length) * (toMs - fromMs),
    }));
    blocks.push({ block, fromMs, toMs, trials: timed });
  }
  return { blocks, endMs: blocks.at(-1)?.toMs ?? 0 };
}

/** The time axis of a search. */
export function searchScale({ endMs }: SearchTime, { left, right }: Box): Scale {
  return scaleLinear([0, Math.max(1, endMs)], [left, right]);
}
