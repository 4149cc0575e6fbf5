import { z } from "zod";
import { type Action, defineAction } from "../action.ts";

/** A line that a pipeline writes. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly pipeline: string;
  readonly step: string;
  readonly runId: string;
  readonly correlationId: string | undefined;
}

const input = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"]).default("info"),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()).default({}),
});

/** Creates the action that hands a line to the log. After a crash the line may come twice. */
export function createLogAction(write: (line: LogLine) => void): Action<z.output<typeof input>, null> {
  return defineAction({
    input,
    pure: true,
    run: (line, { pipeline, step, runId, correlationId }) => {
      write({ ...line, pipeline, step, runId, correlationId });
      return null;
    },
  });
}
