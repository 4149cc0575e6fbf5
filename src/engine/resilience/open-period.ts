import type { Random } from "../../base/random.ts";
import type { BreakerSettings } from "./breaker-settings.ts";

/** How long a breaker stays open: each time in a row for twice as long. */
export interface OpenPeriod {
  /** The end of a period that begins now. `isRelapse`: it opens again before it was ever closed. */
  begin(nowMicros: number, isRelapse: boolean): number;
  /** The breaker closed. */
  end(nowMicros: number): void;
}

/**
 * Creates the periods of a breaker. They are jittered, from half of the period to all of it, so that many processes do
 * not probe together; and they begin anew only when the breaker was closed for a while, not at the first success.
 */
export function createOpenPeriod(settings: BreakerSettings, random: Random): OpenPeriod {
  const { openMs, maxOpenMs, windowMs } = settings;
  let stableAtMicros = 0;
  let lastMs = 0;
  return {
    begin(nowMicros, isRelapse) {
      const isRepeated = lastMs > 0 && (isRelapse || nowMicros < stableAtMicros);
      lastMs = isRepeated ? Math.min(maxOpenMs, lastMs * 2) : openMs;
      return nowMicros + lastMs * 1000 * (0.5 + random.next() / 2);
    },
    end(nowMicros) {
      stableAtMicros = nowMicros + Math.max(windowMs, lastMs) * 1000;
    },
  };
}
