import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../base/random.ts";
import type { Fault } from "../../scenario/fault.ts";
import type { EndFault } from "../target.ts";

/** Makes handlers fail and dawdle, as a scenario's faults say. */
export interface HandlerFaults {
  /** To be called by a handler for each event that it gets: throws, or gives what it has to wait for, or nothing. */
  meet(): Promise<void> | undefined;
  begin(fault: Extract<Fault, { readonly kind: "handler-errors" | "handler-slow" }>): EndFault;
  /** How many calls were made to fail. */
  readonly failed: number;
  /** Whether a call was made to fail or to dawdle. */
  readonly struck: boolean;
}

/** The failure of a handler that a scenario asked for. */
class HandlerFault extends Error {
  override readonly name = "HandlerFault";
}

/** Creates the faults of one engine's handlers; which calls they strike follows from the seed. */
export function createHandlerFaults(seed: number): HandlerFaults {
  const random = createRandom(seed);
  let errorShare = 0;
  let slowShare = 0;
  let delayMs = 0;
  let failed = 0;
  let slowed = 0;
  return {
    meet: () => {
      if (errorShare > 0 && random.next() < errorShare) {
        failed++;
        throw new HandlerFault("a failure that the scenario asked for");
      }
      if (slowShare === 0 || random.next() >= slowShare) return undefined;
      slowed++;
      return sleep(delayMs);
    },
    begin: (fault) => {
      if (fault.kind === "handler-errors") {
        errorShare = fault.share;
        return async () => {
          errorShare = 0;
        };
      }
      slowShare = fault.share;
      delayMs = fault.delayMs;
      return async () => {
        slowShare = 0;
      };
    },
    get failed() {
      return failed;
    },
    get struck() {
      return failed + slowed > 0;
    },
  };
}
