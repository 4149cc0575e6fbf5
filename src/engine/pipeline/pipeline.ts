import type { Action } from "./action.ts";
import type { Expression } from "./expression.ts";
import type { BreakerInput, BulkheadInput } from "./pipeline-schema.ts";
import type { Template } from "./template.ts";

/** A checked pipeline, its expressions compiled. */
export interface Pipeline {
  readonly name: string;
  readonly file: string;
  readonly why: string | undefined;
  /** Topic pattern of the events that each start a run; without one it is only called. */
  readonly on: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  /** Runs at a time. */
  readonly concurrency: number;
  readonly steps: readonly Step[];
  readonly outputs: Template;
  /** Of what the file says, comments and reasons left out: 16 hexadecimal digits. A run goes on only on its own. */
  readonly hash: string;
}

/** One step, with its place among the others as indexes into the pipeline's steps. */
export interface Step {
  readonly id: string;
  readonly index: number;
  readonly why: string | undefined;
  readonly work: Work;
  readonly needs: readonly Need[];
  /** Different steps among its needs. */
  readonly waitsFor: number;
  readonly dependents: readonly number[];
  readonly condition: Expression | undefined;
  readonly forEach: ForEach | undefined;
  readonly retry: Retry;
  readonly timeoutMs: number | undefined;
  readonly breaker: BreakerInput | undefined;
  readonly bulkhead: BulkheadInput | undefined;
  readonly onError: "fail" | "continue" | "compensate";
  readonly compensate: readonly Call[];
  readonly pure: boolean;
}

/** A step that comes before, or a case of a switch that must have been taken. */
export interface Need {
  readonly step: number;
  readonly takes: string | undefined;
}

/** What a step does. */
export type Work =
  | { readonly kind: "action"; readonly call: Call }
  | {
      readonly kind: "switch";
      readonly cases: readonly { readonly name: string; readonly when: Expression }[];
      readonly otherwise: string | undefined;
    }
  | { readonly kind: "pipeline"; readonly pipeline: string; readonly input: Template };

/** An action and its input. */
export interface Call {
  readonly name: string;
  /** Undefined where there is no such action any more, which only a former definition may have. */
  readonly action: Action | undefined;
  readonly input: Template;
  /** The checked input, where it is the same each time. */
  readonly constant: { readonly input: unknown } | undefined;
}

/** The list that a step runs for. */
export interface ForEach {
  readonly items: Expression | readonly unknown[];
  readonly concurrency: number;
}

/** How often a step is tried, and how long is waited in between: full jitter below a bound that doubles. */
export interface Retry {
  readonly attempts: number;
  readonly delayMs: number;
  readonly maxDelayMs: number;
}
