import type { Clock } from "../../base/clock.ts";
import type { Breaker } from "./breaker.ts";

/** Tries a dependency, such as by a PING, and resolves where it is there. One that hangs has failed when its lease is over. */
export type Probe = () => PromiseLike<unknown>;

/**
 * Tries a half-open breaker by itself, so that it closes without waiting for somebody's call. Each probe has a lease as
 * any call has; it goes on until the breaker is closed or open.
 */
export function tryHalfOpen(breaker: Breaker, probe: Probe, clock: Clock): void {
  if (breaker.state !== "half_open") return;
  const begunMicros = clock.nowMicros();
  const permit = breaker.acquire(begunMicros);
  if (permit === 0) return;
  const end = (outcome: "succeeded" | "failed"): void => {
    const nowMicros = clock.nowMicros();
    breaker[outcome](permit, nowMicros, nowMicros - begunMicros);
    tryHalfOpen(breaker, probe, clock);
  };
  Promise.resolve()
    .then(probe)
    .then(
      () => end("succeeded"),
      () => end("failed"),
    );
}
