import { DynoError } from "../../base/errors.ts";
import type { RetentionSettings } from "../config.ts";
import type { EventStore, TrimBounds } from "../store.ts";

/** Trims, and knows which group keeps the stream above its bounds. */
export interface Retention {
  trim(bounds: TrimBounds): Promise<void>;
  /** The group that kept the stream above its bounds when it was last trimmed. */
  readonly heldBy: string | undefined;
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

/** Starts looking, where there are settings. Throws a DynoError `usage` where one is no number, or negative. */
export function createRetention({ store, settings, epochMs, report }: RetentionOptions): Retention {
  if (settings !== undefined) check({ ...settings });
  let heldBy: string | undefined;
  let isTrimming = false;

  async function trim(bounds: TrimBounds): Promise<void> {
    check({ ...bounds });
    ({ heldBy } = await store.trim(bounds));
  }
  async function look({ maxAgeMs, maxEvents }: RetentionSettings): Promise<void> {
    if (isTrimming) return;
    isTrimming = true;
    try {
      const byAge = maxAgeMs === undefined ? {} : { olderThanMs: Math.max(0, epochMs() - maxAgeMs) };
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
    get heldBy() {
      return heldBy;
    },
    stop: () => clearInterval(timer),
  };
}

function check(bounds: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(bounds)) {
    if (value === undefined || value >= 0) continue;
    throw new DynoError("usage", `${name} must be a number from 0 on, not ${value}; nothing was trimmed`);
  }
}
