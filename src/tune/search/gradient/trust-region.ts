import { meritOf } from "./acquisition.ts";
import type { Beliefs } from "./beliefs.ts";
import type { Measured } from "./history.ts";

/** How far from the incumbent the next points may be: farther after a success, less far after a failure. */
export interface TrustRegion {
  /** In coordinates. */
  radius(): number;
  isSmallest(): boolean;
  /** Held against the incumbent before the block, as it is seen now. */
  update(beliefs: Beliefs, before: Measured, now: Measured): void;
}

const largest = 0.35;
const smallest = 0.08;
const widen = 1.25;
const narrow = 0.85;
/** So much better at least is a success. */
const success = 0.005;

/** Makes a trust region of a first radius. */
export function createTrustRegion(first: number): TrustRegion {
  let radius = first;
  return {
    radius: () => radius,
    isSmallest: () => radius <= smallest,
    update: (beliefs, before, now) => {
      const isBetter = meritOf(beliefs, now.point) < meritOf(beliefs, before.point) - success;
      radius = Math.min(largest, Math.max(smallest, radius * (isBetter ? widen : narrow)));
    },
  };
}
