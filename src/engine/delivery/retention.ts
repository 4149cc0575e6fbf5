import type { RetentionSettings } from "../config.ts";
import type { HealthPart } from "../health.ts";
import type { EventStore, TrimBounds } from "../store.ts";

/** Trims, and knows which group keeps the stream above its bounds. */
export interface Retention {
  trim(bounds: TrimBounds): Promise<void>;
  health(): readonly HealthPart[];
  /** Looks no more. */
  stop(): void;
}

/** What it works with; without settings it trims only when it is told to. */
export interface RetentionOptions {
  readonly store: Pick<EventStore, "trim">;
  readonly settings: RetentionSettings | undefined;
  readonly epochMs: () => number;
  readonly report: (error: unknown) => void;
}

const standardEveryMs = 5000;

/** Starts looking, where there are settings. */
export function createRetention({ store, settings, epochMs, report }: RetentionOptions): Retention {
  let heldBy: string | undefined;
  let isTrimming = false;

  async function trim(bounds: TrimBounds): Promise<void> {
    ({ heldBy } = await store.trim(bounds));
  }
  async function look({ maxAgeMs, maxEvents }: RetentionSettings): Promise<void> {
    if (isTrimming) return;
    isTrimming = true;
    try {
      const byAge = maxAgeMs === undefined ? {} : { olderThanMs: epochMs() - maxAgeMs };
      await trim(maxEvents === undefined ? byAge : { ...byAge, maxEvents });
    } catch (error) {
      report(error);
    } finally {
      isTrimming = false;
    }
  }
  const timer =
    settings === undefined
      ? undefined
      : setInterval(() => void look(settings), settings.everyMs ?? standardEveryMs).unref();
  return {
    trim,
    health: () => {
      if (heldBy === undefined) return [];
      const detail = `group ${heldBy} has not acknowledged events that would have been trimmed; they are kept, and the stream grows until it does. A group that is no longer needed can be removed`;
      return [{ part: `retention held by group ${heldBy}`, status: "degraded", detail }];
    },
    stop: () => clearInterval(timer),
  };
}
