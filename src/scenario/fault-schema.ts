import { z } from "zod";
import { durationMs, ratio, sizeBytes } from "../base/unit-schema.ts";
import type { Fault } from "./fault.ts";

const times = {
  at: durationMs(0).describe("When it begins, from the start of the measured load."),
  for: durationMs(10_000).describe("How long it lasts, such as 3s. It must end within the phase."),
};
const share = ratio().describe("Which share of the calls, such as 20%.");

/** The schema of one line of the timetable of faults. */
export const faultSchema = z
  .discriminatedUnion("fault", [
    z.strictObject({ ...times, fault: z.literal("redis-kill") }),
    z.strictObject({ ...times, fault: z.literal("redis-pause") }),
    z.strictObject({
      ...times,
      fault: z.literal("network-latency"),
      delay: durationMs().describe("Added to each round trip, half of it each way."),
      jitter: durationMs(0).default(0).describe("The delay is longer or shorter by up to this much."),
    }),
    z.strictObject({ ...times, fault: z.literal("network-cut") }),
    z.strictObject({ ...times, fault: z.literal("network-blackhole") }),
    z.strictObject({ ...times, fault: z.literal("handler-errors"), share }),
    z.strictObject({
      ...times,
      fault: z.literal("handler-slow"),
      share,
      delay: durationMs().describe("How long such a call takes."),
    }),
    z.strictObject({
      ...times,
      fault: z.literal("spool-full"),
      room: sizeBytes({ min: 0 }).default(0).describe("Bytes that the spool may hold meanwhile."),
    }),
    z.strictObject({ ...times, fault: z.literal("engine-kill") }),
  ])
  .describe("Something that is broken on purpose, and mended again, while the load goes on.");

/** A fault as the file says it, units resolved. */
export type FaultInput = z.output<typeof faultSchema>;

/** Turns a fault as the file says it into one that can be done. */
export function buildFault(input: FaultInput): Fault {
  const times = { atMs: input.at, forMs: input.for };
  switch (input.fault) {
    case "network-latency":
      return { ...times, kind: input.fault, delayMs: input.delay, jitterMs: input.jitter };
    case "handler-errors":
      return { ...times, kind: input.fault, share: input.share };
    case "handler-slow":
      return { ...times, kind: input.fault, share: input.share, delayMs: input.delay };
    case "spool-full":
      return { ...times, kind: input.fault, roomBytes: input.room };
    default:
      return { ...times, kind: input.fault };
  }
}
