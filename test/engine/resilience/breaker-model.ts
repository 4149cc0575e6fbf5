import type { BreakerState } from "../../../src/engine/resilience/breaker.ts";
import type { BreakerSettings } from "../../../src/engine/resilience/breaker-settings.ts";

/** A call as the model knows it: of which closed time it is, or that it is a probe. */
export interface ModelCall {
  readonly era: number;
  readonly isProbe: boolean;
}

/** What a breaker should do, as plainly as possible: it keeps every result, and looks through all of them each time. */
export class BreakerModel {
  state: BreakerState = "closed";
  /** Told by the test, which knows the law of open periods; until then Infinity. */
  probesAtMicros = Number.POSITIVE_INFINITY;
  /** The longest that the last open period may be; the shortest is half of it. */
  periodMicros = 0;
  readonly #settings: BreakerSettings;
  readonly #leases = new Map<ModelCall, number>();
  #era = 0;
  #results: { readonly atMicros: number; readonly failed: boolean }[] = [];
  #successes = 0;
  #stableAtMicros = 0;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
  }

  tick(nowMicros: number): void {
    if (this.state === "open" && nowMicros >= this.probesAtMicros) {
      this.state = "half_open";
      this.#successes = 0;
    } else if (this.state === "half_open" && [...this.#leases.values()].some((end) => end <= nowMicros)) {
      this.#open(nowMicros);
    }
  }

  begin(nowMicros: number): ModelCall | undefined {
    this.tick(nowMicros);
    if (this.state === "open") return undefined;
    const call = { era: this.#era, isProbe: this.state === "half_open" };
    if (!call.isProbe) return call;
    if (this.#leases.size + this.#successes >= this.#settings.probes) return undefined;
    this.#leases.set(call, nowMicros + this.#settings.probeLeaseMs * 1000);
    return call;
  }

  end(call: ModelCall, outcome: "succeeded" | "failed" | "ignored", nowMicros: number): void {
    this.tick(nowMicros);
    if (call.isProbe) this.#endProbe(call, outcome, nowMicros);
    else if (this.state === "closed" && call.era === this.#era && outcome !== "ignored") {
      this.#results.push({ atMicros: nowMicros, failed: outcome === "failed" });
      if (outcome === "failed" && this.#mustOpen(nowMicros)) this.#open(nowMicros);
    }
  }

  #endProbe(call: ModelCall, outcome: "succeeded" | "failed" | "ignored", nowMicros: number): void {
    if (!this.#leases.delete(call) || outcome === "ignored") return;
    if (outcome === "failed") return this.#open(nowMicros);
    this.#successes++;
    if (this.#successes < this.#settings.probes) return;
    this.state = "closed";
    this.#era++;
    this.#results = [];
    this.#stableAtMicros = nowMicros + Math.max(this.#settings.windowMs * 1000, this.periodMicros);
  }

  #mustOpen(nowMicros: number): boolean {
    const { consecutiveFailures, failureRate, minCalls, windowMs } = this.#settings;
    const lastSuccess = this.#results.findLastIndex(({ failed }) => !failed);
    if (this.#results.length - 1 - lastSuccess >= consecutiveFailures) return true;
    const sliceMicros = windowMs * 100;
    const sliceOf = (micros: number): number => Math.floor(micros / sliceMicros);
    const kept = this.#results.filter(({ atMicros }) => sliceOf(atMicros) > sliceOf(nowMicros) - 10);
    return kept.length >= minCalls && kept.filter(({ failed }) => failed).length >= failureRate * kept.length;
  }

  #open(nowMicros: number): void {
    const { openMs, maxOpenMs } = this.#settings;
    const isRelapse = this.periodMicros > 0 && (this.state !== "closed" || nowMicros < this.#stableAtMicros);
    this.periodMicros = isRelapse ? Math.min(maxOpenMs * 1000, this.periodMicros * 2) : openMs * 1000;
    this.state = "open";
    this.probesAtMicros = Number.POSITIVE_INFINITY;
    this.#leases.clear();
  }
}
