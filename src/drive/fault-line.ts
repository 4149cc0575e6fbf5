import { type Deferred, deferred } from "../base/async.ts";
import { DynoError } from "../base/errors.ts";
import type { Fault } from "../scenario/fault.ts";
import type { EndFault } from "./target.ts";
import type { FromChild, ToChild } from "./trial-messages.ts";

/** A trial's line to dyno, which owns the services and breaks them. */
export interface FaultLine {
  /** Asks for a fault; resolves when it has begun. Rejects with a DynoError where it cannot be. */
  begin(fault: Fault): Promise<EndFault>;
  /** Takes an answer of dyno's. */
  take(message: ToChild): void;
}

/** Creates the line. */
export function createFaultLine(send: (message: FromChild) => void): FaultLine {
  const waiting = new Map<number, Deferred<void>>();
  let count = 0;
  const ask = (message: Extract<FromChild, { readonly id: number }>): Promise<void> => {
    const answer = deferred<void>();
    waiting.set(message.id, answer);
    send(message);
    return answer.promise;
  };
  return {
    begin: async (fault) => {
      const id = count++;
      await ask({ type: "fault-begin", id, fault });
      return () => ask({ type: "fault-end", id });
    },
    take: (message) => {
      if (message.type !== "fault-done") return;
      const answer = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.problem === undefined) answer?.resolve();
      else answer?.reject(new DynoError("setup", message.problem));
    },
  };
}
