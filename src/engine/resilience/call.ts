/** What a called function is told. It is made for one attempt. */
export interface Call {
  /** What is called. */
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  /** When this attempt is given up, in microseconds of the policy's clock; Infinity never. */
  readonly deadlineMicros: number;
  /** Somebody at this level or above tries again: what is called below must not retry by itself. */
  readonly isRetried: boolean;
  readonly isAborted: boolean;
  /** Aborted when the attempt is given up: its time is over, or its caller gave up. Made when it is first asked for. */
  readonly signal: AbortSignal;
  /** What is left until the deadline, in ms and never below 0; Infinity where there is none. For what wants a timeout. */
  remainingMs(): number;
  /** Hears of an abort without the cost of a signal. Returns what stops it. */
  onAbort(listener: (reason: unknown) => void): () => void;
}

/** What one call may bring along. */
export interface CallOptions<Result = unknown> {
  /** Whose call it is: a bulkhead is fair between keys. */
  readonly key?: string;
  /** The caller gives up: the call ends with a DynoError `aborted`, and says nothing about the dependency. */
  readonly signal?: AbortSignal;
  /** At most so long for all attempts, if that is less than what the policy gives. */
  readonly deadlineMs?: number;
  /** The call that this one is part of: its deadline and its abort hold here too, and where it is retried this is not. */
  readonly parent?: Call;
  /** `false`: it must not be done twice, or somebody above retries. */
  readonly retry?: false;
  /** What to answer in place of an error; an error that it throws is the answer then. Not asked when the caller gave up. */
  readonly fallback?: (error: unknown) => Result | PromiseLike<Result>;
}

/** What is called under a policy. */
export type Callee<Result> = (call: Call) => Result | PromiseLike<Result>;
