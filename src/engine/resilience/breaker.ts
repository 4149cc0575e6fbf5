import type { DynoError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { formatDuration } from "../../base/units.ts";
import { type BreakerSettings, resolveBreakerSettings } from "./breaker-settings.ts";
import { type CallWindow, createCallWindow } from "./call-window.ts";
import type { Gate } from "./gate.ts";
import { rejection } from "./rejection.ts";

/** `closed`: calls are made. `open`: none is. `half_open`: a few, to see. */
export type BreakerState = "closed" | "open" | "half_open";

/** A change of state. */
export interface BreakerChange {
  readonly breaker: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
  /** Why, in a few words. */
  readonly reason: string;
}

/** A circuit breaker (M. Nygard, Release It!, 2007). Time is passed in: microseconds of any clock that never goes back. */
export interface Breaker extends Gate {
  readonly state: BreakerState;
  /** What is due by now: an open period that is over, a probe whose lease ran out. Nothing waits for it to be called. */
  turn(nowMicros: number): void;
  /** When `turn` has something to do; Infinity where nothing is planned. */
  dueMicros(): number;
  /** Figures of the window, and totals since it was made. */
  counts(nowMicros: number): BreakerCounts;
}

/** What a breaker has counted. */
export interface BreakerCounts {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  readonly consecutiveFailures: number;
  /** Since the breaker was made: calls that were refused, times that it opened, results that came too late. */
  readonly refused: number;
  readonly opened: number;
  readonly late: number;
}

/** What a breaker needs. */
export interface BreakerOptions {
  readonly name: string;
  /** Spreads reopening, so that many processes do not probe together. */
  readonly random: Random;
  readonly settings?: Partial<BreakerSettings>;
  readonly onChange?: (change: BreakerChange) => void;
}

/** Creates a closed breaker. Throws a DynoError `usage` for settings that cannot be. */
export function createBreaker(options: BreakerOptions): Breaker {
  return new LeasedBreaker(options, resolveBreakerSettings(options.name, options.settings));
}

/**
 * A permit is a number that is never used again: while closed all calls of one generation have the same, and each
 * probe has its own. A result whose permit is not of now comes from before a change of state, and is not heard.
 */
class LeasedBreaker implements Breaker {
  readonly name: string;
  readonly #random: Random;
  readonly #settings: BreakerSettings;
  readonly #onChange: ((change: BreakerChange) => void) | undefined;
  readonly #window: CallWindow;
  #state: BreakerState = "closed";
  #lastPermit = 1;
  #generation = 1;
  #consecutiveFailures = 0;
  /** Probes under way: permit to the end of its lease. */
  readonly #leases = new Map<number, number>();
  #probesSucceeded = 0;
  #reopensAtMicros = 0;
  #closedSinceMicros = 0;
  /** Open periods in a row without a stable time between them. */
  #relapses = 0;
  #periodMicros = 0;
  #reason = "";
  #refused = 0;
  #opened = 0;
  #late = 0;

  constructor({ name, random, onChange }: BreakerOptions, settings: BreakerSettings) {
    this.name = name;
    this.#random = random;
    this.#settings = settings;
    this.#onChange = onChange;
    this.#window = createCallWindow(settings.windowMs);
  }

  get state(): BreakerState {
    return this.#state;
  }

  acquire(nowMicros: number): number {
    if (this.#state === "closed") return this.#generation;
    this.turn(nowMicros);
    if (this.#state === "half_open" && this.#leases.size + this.#probesSucceeded < this.#settings.probes) {
      const permit = ++this.#lastPermit;
      this.#leases.set(permit, nowMicros + this.#settings.probeLeaseMs * 1000);
      return permit;
    }
    this.#refused++;
    return 0;
  }

  refuses(nowMicros: number): boolean {
    if (this.#state === "closed") return false;
    this.turn(nowMicros);
    return this.#state === "open" || this.#leases.size + this.#probesSucceeded >= this.#settings.probes;
  }

  succeeded(permit: number, nowMicros: number, tookMicros: number): void {
    const { slowCallMs } = this.#settings;
    const slow = slowCallMs > 0 && tookMicros > slowCallMs * 1000;
    if (this.#state === "closed" && permit === this.#generation) {
      this.#consecutiveFailures = 0;
      this.#window.add(nowMicros, false, slow);
      if (slow) this.#judge(nowMicros);
      return;
    }
    this.turn(nowMicros);
    if (!this.#leases.delete(permit)) {
      this.#late++;
      return;
    }
    if (slow) return this.#open(nowMicros, `a probe took ${formatDuration(tookMicros)}`);
    this.#probesSucceeded++;
    if (this.#probesSucceeded >= this.#settings.probes) this.#close(nowMicros);
  }

  failed(permit: number, nowMicros: number, tookMicros: number): void {
    if (this.#state === "closed" && permit === this.#generation) {
      const { slowCallMs } = this.#settings;
      this.#consecutiveFailures++;
      this.#window.add(nowMicros, true, slowCallMs > 0 && tookMicros > slowCallMs * 1000);
      this.#judge(nowMicros);
      return;
    }
    this.turn(nowMicros);
    if (this.#leases.delete(permit)) this.#open(nowMicros, "a probe failed");
    else this.#late++;
  }

  ignored(permit: number): void {
    this.#leases.delete(permit);
  }

  turn(nowMicros: number): void {
    if (this.#state === "closed") return;
    if (this.#state === "open") {
      if (nowMicros < this.#reopensAtMicros) return;
      this.#probesSucceeded = 0;
      this.#change("half_open", "the open period is over");
      return;
    }
    for (const endMicros of this.#leases.values()) {
      if (endMicros > nowMicros) continue;
      return this.#open(
        nowMicros,
        `a probe did not end within ${formatDuration(this.#settings.probeLeaseMs * 1000)}`,
      );
    }
  }

  dueMicros(): number {
    if (this.#state === "open") return this.#reopensAtMicros;
    // Leases run out in the order in which they were given.
    for (const endMicros of this.#leases.values()) return endMicros;
    return Number.POSITIVE_INFINITY;
  }

  refusal(nowMicros: number): DynoError {
    const leftMicros = this.#reopensAtMicros - nowMicros;
    const next =
      this.#state === "open" && leftMicros > 0
        ? `it is tried again in ${formatDuration(leftMicros)}`
        : "it is being tried";
    return rejection(
      `${this.name} is not called: its breaker is ${this.#state === "open" ? "open" : "half-open"} (${this.#reason}); ${next}`,
    );
  }

  counts(nowMicros: number): BreakerCounts {
    this.#window.turn(nowMicros);
    const { calls, failures, slow } = this.#window;
    return {
      calls,
      failures,
      slow,
      consecutiveFailures: this.#consecutiveFailures,
      refused: this.#refused,
      opened: this.#opened,
      late: this.#late,
    };
  }

  /** Opens when the last result was one too many. */
  #judge(nowMicros: number): void {
    const { consecutiveFailures, failureRate, slowRate, minCalls, slowCallMs } = this.#settings;
    if (consecutiveFailures > 0 && this.#consecutiveFailures >= consecutiveFailures) {
      return this.#open(nowMicros, `${this.#consecutiveFailures} failures in a row`);
    }
    const { calls, failures, slow } = this.#window;
    if (calls < minCalls) return;
    if (failureRate > 0 && failures >= failureRate * calls) {
      return this.#open(nowMicros, `${failures} of ${calls} calls failed`);
    }
    if (slowCallMs > 0 && slowRate > 0 && slow >= slowRate * calls) {
      this.#open(nowMicros, `${slow} of ${calls} calls took over ${formatDuration(slowCallMs * 1000)}`);
    }
  }

  #open(nowMicros: number, reason: string): void {
    const { openMs, maxOpenMs, windowMs } = this.#settings;
    // A breaker that closes and opens at once has not recovered: its next period is longer.
    const stableMicros = Math.max(windowMs * 1000, this.#periodMicros);
    const isRelapse = this.#state !== "closed" || nowMicros - this.#closedSinceMicros < stableMicros;
    this.#relapses = isRelapse && this.#opened > 0 ? this.#relapses + 1 : 0;
    this.#periodMicros = Math.min(maxOpenMs, openMs * 2 ** this.#relapses) * 1000;
    this.#reopensAtMicros = nowMicros + this.#periodMicros * (0.5 + this.#random.next() / 2);
    this.#leases.clear();
    this.#reason = reason;
    this.#opened++;
    this.#change("open", reason);
  }

  #close(nowMicros: number): void {
    this.#generation = ++this.#lastPermit;
    this.#consecutiveFailures = 0;
    this.#leases.clear();
    this.#window.clear();
    this.#closedSinceMicros = nowMicros;
    this.#change(
      "closed",
      this.#settings.probes === 1 ? "a probe succeeded" : `${this.#settings.probes} probes succeeded`,
    );
  }

  #change(to: BreakerState, reason: string): void {
    const from = this.#state;
    this.#state = to;
    this.#onChange?.({ breaker: this.name, from, to, reason });
  }
}
