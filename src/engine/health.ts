/**
 * How a part of the engine is:
 *
 * - `ok`: it does what it promises
 * - `degraded`: it keeps its promises by other means or with less room (events are spooled, a stream is above its bound)
 * - `down`: it cannot keep them now
 */
export type HealthStatus = "ok" | "degraded" | "down";

/** One part: the store, the spool, a group, a breaker. */
export interface HealthPart {
  /** Such as `store`, `spool`, `group orders`. */
  readonly part: string;
  readonly status: HealthStatus;
  /** One sentence with the figures. */
  readonly detail: string;
}

/** The whole engine: as well as its worst part. */
export interface Health {
  readonly status: HealthStatus;
  readonly parts: readonly HealthPart[];
}

const ranks: readonly HealthStatus[] = ["ok", "degraded", "down"];

/** Puts the parts together. */
export function healthOf(parts: readonly HealthPart[]): Health {
  const worst = parts.reduce((rank, { status }) => Math.max(rank, ranks.indexOf(status)), 0);
  return { status: ranks[worst] ?? "ok", parts };
}
