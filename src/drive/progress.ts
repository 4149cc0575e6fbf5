import type { Interval, TimelineMark } from "../measure/result.ts";

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
  /** A fault has begun; once more, with `untilMs` or a problem, when it is over. */
  | { readonly type: "fault"; readonly mark: TimelineMark }
  | { readonly type: "interval"; readonly interval: Interval };
