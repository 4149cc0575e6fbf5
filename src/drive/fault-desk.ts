import { messageOf } from "../base/errors.ts";
import type { Fault } from "../scenario/fault.ts";
import type { EndFault } from "./target.ts";
import type { FromChild, ToChild } from "./trial-messages.ts";

/** Does faults for a trial that asks for them by message. */
export interface FaultDesk {
  /** Takes a message of the trial; others than those about faults are left alone. */
  take(message: FromChild): void;
  /** The trial is gone: ends what it left broken. */
  close(): Promise<void>;
}

/** Opens a desk. A trial's faults are begun and ended in the order in which it asks. */
export function openFaultDesk(
  begin: (fault: Fault) => Promise<EndFault>,
  reply: (message: ToChild) => void,
): FaultDesk {
  const ends = new Map<number, EndFault>();
  let last: Promise<void> = Promise.resolve();
  const answer = (id: number, work: () => Promise<void>): void => {
    last = last.then(work).then(
      () => reply({ type: "fault-done", id }),
      (error: unknown) => reply({ type: "fault-done", id, problem: messageOf(error) }),
    );
  };
  const end = async (id: number): Promise<void> => {
    const one = ends.get(id);
    ends.delete(id);
    await one?.();
  };
  return {
    take: (message) => {
      if (message.type === "fault-begin") {
        answer(message.id, async () => void ends.set(message.id, await begin(message.fault)));
      }
      if (message.type === "fault-end") answer(message.id, () => end(message.id));
    },
    close: async () => {
      await last;
      // A server that cannot be mended is of no use to the next trial, whose own set-up will say so.
      await Promise.allSettled([...ends.keys()].map(end));
    },
  };
}
