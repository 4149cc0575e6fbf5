import type { DynoError } from "../../base/errors.ts";

/**
 * What decides whether a call may be made, and hears how it ended. A breaker is one, and so is a breaker in a network.
 * Times are microseconds of one clock that never goes back.
 *
 * `acquire` answers at once, so nothing can come between the answer and the call. Each permit is given back exactly
 * once, by one of `succeeded`, `failed` and `ignored`; what comes back too late is not counted.
 */
export interface Gate {
  readonly name: string;
  /** A permit, or 0 where the call must not be made. */
  acquire(nowMicros: number): number;
  succeeded(permit: number, nowMicros: number, tookMicros: number): void;
  failed(permit: number, nowMicros: number, tookMicros: number): void;
  /** The call says nothing about the dependency: it was refused elsewhere, or its caller gave up. */
  ignored(permit: number, nowMicros: number): void;
  /** Whether `acquire` would refuse now. Takes nothing. */
  refuses(nowMicros: number): boolean;
  /** Counts a call as refused, and makes its error: what is open, why, and when it is tried next. */
  refusal(nowMicros: number): DynoError;
}
