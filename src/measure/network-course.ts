/**
 * What a breaker of a network can be. `degraded`: something that it depends on is failing; `recovering`: no longer, and
 * more and more of its calls are made.
 */
export type BreakerCondition = "closed" | "open" | "half_open" | "degraded" | "recovering";

/** A breaker went into a state. */
export interface BreakerTurn {
  readonly breaker: string;
  readonly state: BreakerCondition;
  /** Why, in a few words. */
  readonly reason: string;
  /** Milliseconds since the trial began. */
  readonly atMs: number;
}

/** The breakers of a trial, and how their states went. All are closed at first. */
export interface NetworkCourse {
  /** Each after those that it depends on. */
  readonly nodes: readonly { readonly name: string; readonly dependsOn: readonly string[] }[];
  /** In order of time. */
  readonly turns: readonly BreakerTurn[];
  /** Turns that were left out at the end, because there were too many. */
  readonly leftOut?: number;
}

/** More turns than this of one trial are not kept: a result stays small where a breaker flutters. */
const mostTurns = 2000;

/** A breaker of a network, as whoever runs the network knows it. */
type Breaker = NetworkCourse["nodes"][number];

/** A change of state, as a network tells it. */
interface Change {
  readonly breaker: string;
  readonly to: BreakerCondition;
  readonly reason: string;
  readonly atMs: number;
}

/** The course of a network from its breakers and everything that changed, in order; undefined where there is no breaker. */
export function courseOfNetwork(
  breakers: readonly Breaker[],
  changes: readonly Change[],
): NetworkCourse | undefined {
  if (breakers.length === 0) return undefined;
  const kept = changes.slice(0, mostTurns);
  const leftOut = changes.length - kept.length;
  return {
    nodes: breakers.map(({ name, dependsOn }) => ({ name, dependsOn })),
    turns: kept.map(({ breaker, to, reason, atMs }) => ({ breaker, state: to, reason, atMs })),
    ...(leftOut > 0 ? { leftOut } : {}),
  };
}
