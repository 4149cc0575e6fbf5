import { medianOf, ratioOf } from "./ratio.ts";
import type { JobResult } from "./redis-store-job.ts";
import type { BenchRow } from "./row.ts";

/** One round: a result for each load, by name. */
export type Round = Readonly<Record<string, JobResult>>;

type Figure = (round: Round) => number;
type Goal = NonNullable<BenchRow["goal"]>;

const of =
  (load: string, field: keyof JobResult): Figure =>
  (round) =>
    round[load]?.[field] ?? Number.NaN;
const cpu =
  (load: string): Figure =>
  (round) =>
    of(load, "clientMicrosPerEvent")(round) + of(load, "serverMicrosPerEvent")(round);
const perSec = (value: number): string => `${(value / 1000).toFixed(0)}k/s`;
const micros = (value: number): string => `${value.toFixed(1)} us`;
const ms = (value: number): string => `${value.toFixed(2)} ms`;

/** The table of this benchmark, from all rounds. */
export function redisStoreRows(rounds: readonly Round[]): BenchRow[] {
  const append = of("append engine", "eventsPerSec");
  const against = (peerName: string, load: string, goal?: Goal): BenchRow =>
    compare(rounds, {
      what: "events appended",
      ours: append,
      peerName,
      peer: of(load, "eventsPerSec"),
      show: perSec,
      goal,
    });
  return [
    against("redis-benchmark XADD, c=8 P=64", "redis-benchmark", { op: ">=", value: 0.8 }),
    against("ioredis XADD", "append ioredis"),
    against("node-redis multi(64), no dedup", "append node-redis"),
    against("BullMQ addBulk(64)", "append bullmq", { op: ">=", value: 6 }),
    alone(rounds, "CPU an event, client + server", cpu("append engine"), micros, { op: "<=", value: 8 }),
    compare(rounds, {
      what: "CPU an event, client + server",
      ours: cpu("append engine"),
      peerName: "BullMQ addBulk(64)",
      peer: cpu("append bullmq"),
      show: micros,
    }),
    alone(rounds, "10k/s offered, p50", of("offer engine 10k", "p50Ms"), ms, { op: "<=", value: 0.5 }),
    alone(rounds, "50k/s offered, p50", of("offer engine 50k", "p50Ms"), ms, { op: "<=", value: 0.5 }),
    compare(rounds, {
      what: "50k/s offered, p99",
      ours: of("offer engine 50k", "p99Ms"),
      peerName: "XADDs on a raw socket",
      peer: of("offer socket 50k", "p99Ms"),
      show: ms,
      goal: { op: "<=", value: 3 },
    }),
    compare(rounds, {
      what: "replay of 1M events",
      ours: of("replay engine", "eventsPerSec"),
      peerName: "ioredis XRANGE 2000",
      peer: of("replay ioredis", "eventsPerSec"),
      show: perSec,
      goal: { op: ">=", value: 2 },
    }),
    alone(
      rounds,
      "replay of 1M events, RSS growth",
      of("replay engine", "rssGrowthMb"),
      (mb) => `${mb.toFixed(0)} MB`,
      {
        op: "<=",
        value: 64,
      },
    ),
  ];
}

interface Comparison {
  readonly what: string;
  readonly ours: Figure;
  readonly peerName: string;
  readonly peer: Figure;
  readonly show: (value: number) => string;
  readonly goal?: Goal | undefined;
}

function compare(rounds: readonly Round[], { what, ours, peerName, peer, show, goal }: Comparison): BenchRow {
  const [mine, theirs] = [rounds.map(ours), rounds.map(peer)];
  const row = {
    what,
    ours: show(medianOf(mine)),
    peerName,
    peer: show(medianOf(theirs)),
    ratio: ratioOf(mine, theirs),
  };
  return goal === undefined ? row : { ...row, goal };
}

/** A bare figure, held against a limit in its own unit. */
function alone(
  rounds: readonly Round[],
  what: string,
  ours: Figure,
  show: (value: number) => string,
  goal: Goal,
): BenchRow {
  const values = rounds.map(ours);
  const ratio = ratioOf(
    values,
    values.map(() => 1),
  );
  return { what, ours: show(medianOf(values)), peerName: "the limit", peer: show(goal.value), ratio, goal };
}
