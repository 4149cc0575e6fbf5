import { formatDuration } from "../../base/units.ts";
import type { BreakerSettings } from "./breaker-settings.ts";
import type { CallWindow } from "./call-window.ts";

/** Why a breaker must open after the result that was just counted; undefined where it need not. */
export function tripReason(
  settings: BreakerSettings,
  failuresInARow: number,
  { calls, failures, slow }: CallWindow,
): string | undefined {
  const { consecutiveFailures, failureRate, slowRate, minCalls, slowCallMs } = settings;
  if (consecutiveFailures > 0 && failuresInARow >= consecutiveFailures) {
    return failuresInARow === 1 ? "a call failed" : `${failuresInARow} calls failed in a row`;
  }
  if (calls < minCalls) return undefined;
  if (failureRate > 0 && failures >= failureRate * calls) return `${failures} of ${calls} calls failed`;
  if (slowCallMs > 0 && slowRate > 0 && slow >= slowRate * calls) {
    return `${slow} of ${calls} calls took over ${formatDuration(slowCallMs * 1000)}`;
  }
  return undefined;
}
