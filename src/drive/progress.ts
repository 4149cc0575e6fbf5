import type { Interval } from "../measure/result.ts";

/** What is told of a run while it goes on. */
export type ProgressEvent =
  /** A service was found or started, in words. */
  | { readonly type: "service"; readonly text: string }
  | { readonly type: "trial"; readonly trial: number; readonly of: number }
  | {
      readonly type: "phase";
      readonly phase: string;
      readonly kind: "warmup" | "measured";
      readonly summary: string;
      readonly durationMs: number;
    }
  | { readonly type: "interval"; readonly interval: Interval };
