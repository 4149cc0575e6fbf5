import { z } from "zod";
import { durationMs } from "../../../base/unit-schema.ts";
import { defineAction } from "../action.ts";

const input = z
  .strictObject({
    for: durationMs(0).optional(),
    until: z.number().optional(),
  })
  .refine((given) => (given.for === undefined) !== (given.until === undefined), {
    error: "give either for: 30s, or until: milliseconds since 1970",
  });

/** Waits. When it is due is recorded first, so a restart does not begin the time again. */
export const delayAction = defineAction<z.output<typeof input>, null>({
  input,
  dueMs: (given, nowMs) => given.until ?? nowMs + (given.for ?? 0),
  run: () => null,
});
