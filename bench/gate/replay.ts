import { createRandom, deriveSeed } from "../../src/base/random.ts";
import { type GateVerdict, oursDecides } from "./ours.ts";
import { type Peer, peers, type Sample } from "./peers.ts";
import { type RecordedPair, readPairs, readProcesses, type Workload } from "./recordings.ts";
import { drawRuns, halvedStretches } from "./stretches.ts";

/** What is replayed. */
export interface ReplaySettings {
  readonly dir: string;
  readonly seed: number;
  /** How many gates of ours are drawn for each figure. */
  readonly gates: number;
}

/** One workload with one budget: all methods on the same recordings. */
export interface Cell {
  readonly workload: Workload;
  readonly budgetMs: number;
  readonly ours: OursFigures;
  readonly peers: readonly PeerFigures[];
  /** What the figures rest on. */
  readonly pairs: number;
  readonly processes: number;
  readonly stretches: number;
}

/** Shares of gates, 0 to 1. The slowdowns are put onto A/A recordings by multiplying B's times. */
export interface OursFigures {
  readonly falseAlarms: number;
  /** By slowdown in per cent. */
  readonly found: Readonly<Record<number, number>>;
  readonly inconclusive: { readonly equal: number; readonly slower: number };
  /** The same with B really slowed down when it was recorded. */
  readonly recorded: readonly { readonly percent: number; readonly pairs: number; readonly found: number }[];
}

/** Shares of gates, 0 to 1. */
export interface PeerFigures {
  readonly name: string;
  readonly falseAlarms: number;
  readonly found: Readonly<Record<number, number>>;
  /** What it finds at `tuningPercent` where its threshold is set so that it alarms as rarely as ours. */
  readonly foundAtOurFalseAlarms: number;
  /** How often it alarms falsely where its threshold is set so that it finds as many of `tuningPercent` as ours. */
  readonly falseAlarmsAtOurPower: number;
}

/** The slowdowns that are looked for, in per cent. */
export const slowdowns = [3, 5, 10] as const;
/** The slowdown at which methods are set to equal power. */
export const tuningPercent = 5;
const recordedSlowdowns: Readonly<Record<Workload, readonly number[]>> = { cpu: [3, 5, 10], io: [5] };
const margin = 0.05;
const alpha = 0.01;
/** Cores alternate every two pairs, so that four neighbours hold both. */
const runLength = 4;

/** Replays one workload with one budget. */
export function replayCell(workload: Workload, budgetMs: number, settings: ReplaySettings): Cell {
  const pairs = readPairs(settings.dir, workload, 0);
  const processes = readProcesses(settings.dir, workload);
  const stretches = halvedStretches(processes, budgetMs).map(({ a, b }) => ({
    a: a.map(({ batchMs }) => batchMs),
    b: b.map(({ batchMs }) => batchMs),
  }));
  const ours = replayOurs(workload, pairs, budgetMs, settings);
  return {
    workload,
    budgetMs,
    ours,
    peers: peers.map((peer) => replayPeer(peer, stretches, ours)),
    pairs: pairs.length,
    processes: processes.length,
    stretches: stretches.length,
  };
}

function replayOurs(
  workload: Workload,
  pairs: readonly RecordedPair[],
  budgetMs: number,
  settings: ReplaySettings,
): OursFigures {
  const decide = (from: readonly RecordedPair[], percent: number, isMirrored: boolean): GateVerdict[] =>
    decideMany(from, budgetMs, percent, isMirrored, settings);
  const equal = decide(pairs, 0, true);
  const slower = slowdowns.map((percent) => ({ percent, verdicts: decide(pairs, percent, true) }));
  const tuned = slower.find(({ percent }) => percent === tuningPercent)?.verdicts ?? [];
  return {
    falseAlarms: shareOf(equal, "fail"),
    found: Object.fromEntries(slower.map(({ percent, verdicts }) => [percent, shareOf(verdicts, "fail")])),
    inconclusive: { equal: shareOf(equal, "inconclusive"), slower: shareOf(tuned, "inconclusive") },
    recorded: recordedSlowdowns[workload].map((percent) => {
      const slowed = readPairs(settings.dir, workload, percent);
      return { percent, pairs: slowed.length, found: shareOf(decide(slowed, 0, false), "fail") };
    }),
  };
}

/** With `isMirrored`, half of the gates take A for B, so that what the recordings favour is not taken for a slowdown. */
function decideMany(
  pairs: readonly RecordedPair[],
  budgetMs: number,
  percent: number,
  isMirrored: boolean,
  { seed, gates }: ReplaySettings,
): GateVerdict[] {
  const random = createRandom(deriveSeed(seed, `${budgetMs} ${percent} ${pairs.length}`));
  const meanCostMs = pairs.reduce((sum, { costMs }) => sum + costMs, 0) / pairs.length;
  const budgetPairs = Math.floor(budgetMs / meanCostMs);
  const slowed = Math.log1p(percent / 100);
  return Array.from({ length: gates }, (_, gate) => {
    const sign = isMirrored && gate % 2 === 1 ? -1 : 1;
    const drawn = drawRuns(pairs, budgetMs, runLength, random);
    const values = drawn.map(({ logRatio }) => sign * logRatio + slowed);
    return oursDecides(values, { margin, alpha, budgetPairs });
  });
}

function shareOf(verdicts: readonly GateVerdict[], wanted: GateVerdict): number {
  return verdicts.filter((verdict) => verdict === wanted).length / verdicts.length;
}

interface Halves {
  readonly a: Sample;
  readonly b: Sample;
}

function replayPeer(peer: Peer, stretches: readonly Halves[], ours: OursFigures): PeerFigures {
  const scoresAt = (percent: number): number[] =>
    stretches.map(({ a, b }) => peer.score(a, slowedBy(b, percent)));
  const equal = scoresAt(0);
  const slower = Object.fromEntries(slowdowns.map((percent) => [percent, scoresAt(percent)]));
  const tuned = slower[tuningPercent] ?? [];
  const shareFrom = (scores: readonly number[], threshold: number): number =>
    scores.filter((score) => score >= threshold).length / scores.length;
  return {
    name: peer.name,
    falseAlarms: shareFrom(equal, peer.threshold),
    found: Object.fromEntries(
      slowdowns.map((percent) => [percent, shareFrom(slower[percent] ?? [], peer.threshold)]),
    ),
    foundAtOurFalseAlarms: shareFrom(tuned, thresholdFor(equal, ours.falseAlarms, "at most")),
    falseAlarmsAtOurPower: shareFrom(
      equal,
      thresholdFor(tuned, ours.found[tuningPercent] ?? Number.NaN, "at least"),
    ),
  };
}

function slowedBy(sample: Sample, percent: number): Sample {
  const factor = 1 + percent / 100;
  return factor === 1 ? sample : sample.map((batches) => batches.map((ms) => ms * factor));
}

/** The threshold that at most, or at least, so large a share of the scores reaches. */
export function thresholdFor(scores: readonly number[], share: number, side: "at most" | "at least"): number {
  const descending = scores.toSorted((a, b) => b - a);
  if (side === "at least")
    return descending[Math.ceil(share * scores.length - 1e-9) - 1] ?? Number.POSITIVE_INFINITY;
  const allowed = Math.floor(share * scores.length + 1e-9);
  const next = descending[allowed];
  return next === undefined ? Number.NEGATIVE_INFINITY : next * (1 + 1e-12) + Number.MIN_VALUE;
}
