import { createRandom, deriveSeed } from "../../src/base/random.ts";
import { hodgesLehmann } from "../../src/stats/signed-rank.ts";
import { type GateVerdict, type Look, oursDecides, planGate, throughputRule } from "./ours.ts";
import { type Peer, peers, type Sample } from "./peers.ts";
import { type RecordedPair, readPairs, readProcesses, type Workload } from "./recordings.ts";
import { drawRuns, halvedStretches, wholeStretches } from "./stretches.ts";
import { smallestSeen, thresholdFor } from "./tuning.ts";

/** What is replayed. */
export interface ReplaySettings {
  readonly dir: string;
  readonly seed: number;
  /** How many gates of ours are drawn, where they are drawn. */
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

/** Shares of gates, 0 to 1. The slowdowns are put onto recordings of equal variants by multiplying B's times. */
interface Figures {
  readonly falseAlarms: number;
  /** By slowdown in per cent. */
  readonly found: Readonly<Record<number, number>>;
  /** The smallest slowdown found in 95 % of cases, in per cent, with the threshold at which 1 % alarm falsely. */
  readonly smallestSeen: number | undefined;
}

/** What our way comes to, on whole stretches of neighbouring pairs, each way round, as the others have it. */
export interface OursFigures extends Figures {
  readonly gates: number;
  readonly inconclusive: { readonly equal: number; readonly slower: number };
  /** On gates that are drawn from the pairs instead: more of them, that overlap less. Found are those of `tuningPercent`. */
  readonly drawn: { readonly falseAlarms: number; readonly found: number };
  /** Drawn, with B really slowed down when it was recorded. */
  readonly recorded: readonly RecordedFigures[];
}

/** What our way finds of a slowdown that was there when it was recorded. */
export interface RecordedFigures {
  readonly percent: number;
  readonly pairs: number;
  /** How many of them the budget has room for. */
  readonly budgetPairs: number;
  readonly found: number;
}

/** What another way comes to, with its own threshold and with others. */
export interface PeerFigures extends Figures {
  readonly name: string;
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
  const budgetPairs = pairsWithin(pairs, budgetMs);
  const gates = neighboursOf(pairs, budgetMs);
  const drawn = drawGates(pairs, budgetMs, settings, true);
  const equal = decideAll(gates, budgetPairs, 0);
  const slower = slowdowns.map((percent) => ({ percent, verdicts: decideAll(gates, budgetPairs, percent) }));
  const tuned = slower.find(({ percent }) => percent === tuningPercent)?.verdicts ?? [];
  return {
    gates: gates.length,
    falseAlarms: shareOf(equal, "fail"),
    found: Object.fromEntries(slower.map(({ percent, verdicts }) => [percent, shareOf(verdicts, "fail")])),
    smallestSeen: smallestSeen((percent) => gates.map((gate) => hodgesLehmann(slowedPairs(gate, percent)))),
    inconclusive: { equal: shareOf(equal, "inconclusive"), slower: shareOf(tuned, "inconclusive") },
    drawn: {
      falseAlarms: shareOf(decideAll(drawn, budgetPairs, 0), "fail"),
      found: shareOf(decideAll(drawn, budgetPairs, tuningPercent), "fail"),
    },
    recorded: recordedSlowdowns[workload].map((percent) =>
      replayRecorded(readPairs(settings.dir, workload, percent), percent, budgetMs, settings),
    ),
  };
}

/** The log-ratios of all stretches that a budget has room for, each both ways round. */
function neighboursOf(pairs: readonly RecordedPair[], budgetMs: number): readonly (readonly number[])[] {
  return wholeStretches(pairs, budgetMs).flatMap((stretch) =>
    [1, -1].map((sign) => stretch.map(({ logRatio }) => sign * logRatio)),
  );
}

function replayRecorded(
  pairs: readonly RecordedPair[],
  percent: number,
  budgetMs: number,
  settings: ReplaySettings,
): RecordedFigures {
  const budgetPairs = pairsWithin(pairs, budgetMs);
  const verdicts = decideAll(drawGates(pairs, budgetMs, settings, false), budgetPairs, 0);
  return { percent, pairs: pairs.length, budgetPairs, found: shareOf(verdicts, "fail") };
}

function pairsWithin(pairs: readonly RecordedPair[], budgetMs: number): number {
  const costMs = pairs.reduce((sum, pair) => sum + pair.costMs, 0);
  return Math.floor((budgetMs * pairs.length) / costMs);
}

/** The log-ratios of gates. With `isMirrored`, half of them take A for B, so that what the recordings favour is not taken for a slowdown. */
function drawGates(
  pairs: readonly RecordedPair[],
  budgetMs: number,
  { seed, gates }: ReplaySettings,
  isMirrored: boolean,
): readonly (readonly number[])[] {
  const random = createRandom(deriveSeed(seed, `${budgetMs} ${pairs.length}`));
  return Array.from({ length: gates }, (_, gate) => {
    const sign = isMirrored && gate % 2 === 1 ? -1 : 1;
    return drawRuns(pairs, budgetMs, runLength, random).map(({ logRatio }) => sign * logRatio);
  });
}

function decideAll(
  gates: readonly (readonly number[])[],
  budgetPairs: number,
  percent: number,
): GateVerdict[] {
  const plans = new Map<number, readonly Look[]>();
  const plan = (last: number): readonly Look[] => {
    const known = plans.get(last) ?? planGate(last, throughputRule);
    plans.set(last, known);
    return known;
  };
  return gates.map((gate) =>
    oursDecides(slowedPairs(gate, percent), { ...throughputRule, budgetPairs }, plan),
  );
}

function slowedPairs(gate: readonly number[], percent: number): number[] {
  const shift = Math.log1p(percent / 100);
  return gate.map((logRatio) => logRatio + shift);
}

function shareOf(verdicts: readonly GateVerdict[], wanted: GateVerdict): number {
  return verdicts.filter((verdict) => verdict === wanted).length / verdicts.length;
}

interface Halves {
  readonly a: Sample;
  readonly b: Sample;
}

function replayPeer(peer: Peer, stretches: readonly Halves[], ours: OursFigures): PeerFigures {
  const known = new Map<number, readonly number[]>();
  const scoresAt = (percent: number): readonly number[] => {
    const scores = known.get(percent) ?? stretches.map(({ a, b }) => peer.score(a, slowedBy(b, percent)));
    known.set(percent, scores);
    return scores;
  };
  const shareFrom = (percent: number, threshold: number): number =>
    scoresAt(percent).filter((score) => score >= threshold).length / stretches.length;
  const ourPower = ours.found[tuningPercent] ?? Number.NaN;
  return {
    name: peer.name,
    falseAlarms: shareFrom(0, peer.threshold),
    found: Object.fromEntries(slowdowns.map((percent) => [percent, shareFrom(percent, peer.threshold)])),
    smallestSeen: smallestSeen(scoresAt),
    foundAtOurFalseAlarms: shareFrom(tuningPercent, thresholdFor(scoresAt(0), ours.falseAlarms, "at most")),
    falseAlarmsAtOurPower: shareFrom(0, thresholdFor(scoresAt(tuningPercent), ourPower, "at least")),
  };
}

function slowedBy(sample: Sample, percent: number): Sample {
  const factor = 1 + percent / 100;
  return factor === 1 ? sample : sample.map((batches) => batches.map((ms) => ms * factor));
}
