import type { HealthPart } from "../health.ts";
import type { NetworkSnapshot } from "./network-snapshot.ts";

/**
 * Each breaker as a part of the engine's health. One that is not closed is `degraded`, never `down`: it is what keeps
 * the rest going, and a process that is restarted for it would come back to the same.
 */
export function networkHealth({ breakers }: NetworkSnapshot): readonly HealthPart[] {
  return breakers.map(({ name, state, reason, isSpared }) => ({
    part: `breaker ${name}`,
    status: state === "closed" ? "ok" : "degraded",
    detail: isSpared
      ? "closed, though a dependency fails: too many others are not called already"
      : `${state.replace("_", "-")}${reason === "" ? "" : `: ${reason}`}`,
  }));
}
