import type { DynoError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { formatDuration } from "../../base/units.ts";
import { type BreakerSettings, resolveBreakerSettings } from "./breaker-settings.ts";
import { type CallWindow, createCallWindow } from "./call-window.ts";
import type { Gate } from "./gate.ts";
import { createOpenPeriod, type OpenPeriod } from "./open-period.ts";
import { rejection } from "./rejection.ts";
import type { Alarm, Timers } from "./timers.ts";
import { tripReason } from "./trip-reason.ts";

/** `closed`: calls are made. `open`: none is. `half_open`: a few, to see. */
export type BreakerState = "closed" | "open" | "half_open";

/** A change of state. */
export interface BreakerChange {
  readonly breaker: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
  /** Why, in a few words. */
  readonly reason: string;
  readonly atMicros: number;
}

/** A circuit breaker (M. Nygard, Release It!, 2007). Time is passed in: microseconds of any clock that never goes back. */
export interface Breaker extends Gate {
  readonly state: BreakerState;
  /** Why it is in its state; empty while it was never open. */
  readonly reason: string;
  /** When it lets a probe through; Infinity while it is not open. */
  readonly probesAtMicros: number;
  /** Closes it and forgets its window; calls under way are not counted any more. How often it opened is remembered. */
  forgive(nowMicros: number, reason: string): void;
  /** Figures of the window, and totals since it was made. */
  counts(nowMicros: number): BreakerCounts;
}

/** What a breaker has counted. */
export interface BreakerCounts {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  readonly failuresInARow: number;
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
  /** For what happens without a call: an open period that ends, a probe whose lease runs out. */
  readonly timers: Timers;
  readonly settings?: Partial<BreakerSettings>;
  readonly onChange?: (change: BreakerChange) => void;
  /** A probe ended without saying anything: there is room for another. Must not throw. */
  readonly onProbeFreed?: () => void;
}

/** Creates a closed breaker. Throws a DynoError `usage` for settings that cannot be. */
export function createBreaker(options: BreakerOptions): Breaker {
  return new LeasedBreaker(options, resolveBreakerSettings(options.name, options.settings));
}

/**
 * A permit is a number that is never used again: while closed all calls of one generation have the same, and each
 * probe has its own. A result whose permit is not of now comes from before a change of state, and is not heard.
 */
class LeasedBreaker implements Breaker, Alarm {
  readonly name: string;
  readonly holdsProcess = false;
  dueMicros = 0;
  slot = -1;
  state: BreakerState = "closed";
  reason = "";
  probesAtMicros = Number.POSITIVE_INFINITY;
  readonly #settings: BreakerSettings;
  readonly #timers: Timers;
  readonly #onChange: ((change: BreakerChange) => void) | undefined;
  readonly #onProbeFreed: (() => void) | undefined;
  readonly #window: CallWindow;
  readonly #period: OpenPeriod;
  readonly #slowMicros: number;
  #lastPermit = 1;
  #generation = 1;
  #failuresInARow = 0;
  /** Probes under way: permit to the end of its lease. They run out in the order in which they were given. */
  readonly #leases = new Map<number, number>();
  #probesSucceeded = 0;
  #refused = 0;
  #opened = 0;
  #late = 0;

  constructor({ name, random, timers, onChange, onProbeFreed }: BreakerOptions, settings: BreakerSettings) {
    this.name = name;
    this.#settings = settings;
    this.#timers = timers;
    this.#onChange = onChange;
    this.#onProbeFreed = onProbeFreed;
    this.#window = createCallWindow(settings.windowMs);
    this.#period = createOpenPeriod(settings, random);
    this.#slowMicros = settings.slowCallMs > 0 ? settings.slowCallMs * 1000 : Number.POSITIVE_INFINITY;
  }

  acquire(nowMicros: number): number {
    if (this.state === "closed") return this.#generation;
    if (this.refuses(nowMicros)) return 0;
    const permit = ++this.#lastPermit;
    this.#leases.set(permit, nowMicros + this.#settings.probeLeaseMs * 1000);
    this.#watchLeases();
    return permit;
  }

  refuses(nowMicros: number): boolean {
    if (this.state === "closed") return false;
    this.ring(nowMicros);
    return this.state === "open" || this.#leases.size + this.#probesSucceeded >= this.#settings.probes;
  }

  succeeded(permit: number, nowMicros: number, tookMicros: number): void {
    const isSlow = tookMicros > this.#slowMicros;
    if (permit === this.#generation && this.state === "closed") {
      this.#failuresInARow = 0;
      this.#window.add(nowMicros, false, isSlow);
      if (isSlow) this.#judge(nowMicros);
      return;
    }
    if (!this.#endLease(permit, nowMicros)) return;
    if (isSlow) return this.#open(nowMicros, `a probe took ${formatDuration(tookMicros)}`);
    this.#probesSucceeded++;
    const { probes } = this.#settings;
    if (this.#probesSucceeded < probes) return;
    this.#close(nowMicros, probes === 1 ? "a probe succeeded" : `${probes} probes succeeded`);
  }

  failed(permit: number, nowMicros: number, tookMicros: number): void {
    if (permit === this.#generation && this.state === "closed") {
      this.#failuresInARow++;
      this.#window.add(nowMicros, true, tookMicros > this.#slowMicros);
      this.#judge(nowMicros);
    } else if (this.#endLease(permit, nowMicros)) this.#open(nowMicros, "a probe failed");
  }

  ignored(permit: number): void {
    if (!this.#leases.delete(permit)) return;
    this.#watchLeases();
    this.#onProbeFreed?.();
  }

  forgive(nowMicros: number, reason: string): void {
    this.#close(nowMicros, reason);
  }

  ring(nowMicros: number): void {
    if (this.state === "open" && nowMicros >= this.probesAtMicros) {
      this.#probesSucceeded = 0;
      this.probesAtMicros = Number.POSITIVE_INFINITY;
      this.#change("half_open", "its open period is over", nowMicros);
    } else if (this.state === "half_open") {
      const [endMicros = Number.POSITIVE_INFINITY] = this.#leases.values();
      if (endMicros > nowMicros) return;
      const lease = formatDuration(this.#settings.probeLeaseMs * 1000);
      this.#open(nowMicros, `a probe did not end within ${lease}`);
    }
  }

  refusal(nowMicros: number): DynoError {
    this.#refused++;
    const leftMicros = this.probesAtMicros - nowMicros;
    const state = this.state === "half_open" ? "half-open" : this.state;
    const next =
      leftMicros < Number.POSITIVE_INFINITY ? `tried again in ${formatDuration(leftMicros)}` : "being tried";
    return rejection(`${this.name} is not called: its breaker is ${state} (${this.reason}); it is ${next}`);
  }

  counts(nowMicros: number): BreakerCounts {
    this.#window.turn(nowMicros);
    const { calls, failures, slow } = this.#window;
    const totals = { refused: this.#refused, opened: this.#opened, late: this.#late };
    return { calls, failures, slow, failuresInARow: this.#failuresInARow, ...totals };
  }

  /** Whether it was the permit of a probe whose lease still runs. */
  #endLease(permit: number, nowMicros: number): boolean {
    this.ring(nowMicros);
    if (!this.#leases.delete(permit)) {
      this.#late++;
      return false;
    }
    this.#watchLeases();
    return true;
  }

  #watchLeases(): void {
    const [endMicros] = this.#leases.values();
    if (endMicros === undefined) this.#timers.cancel(this);
    else if (this.slot < 0 || this.dueMicros !== endMicros) this.#timers.set(this, endMicros);
  }

  #judge(nowMicros: number): void {
    const reason = tripReason(this.#settings, this.#failuresInARow, this.#window);
    if (reason !== undefined) this.#open(nowMicros, reason);
  }

  #open(nowMicros: number, reason: string): void {
    this.probesAtMicros = this.#period.begin(nowMicros, this.state !== "closed");
    this.#leases.clear();
    this.#opened++;
    this.#timers.set(this, this.probesAtMicros);
    this.#change("open", reason, nowMicros);
  }

  #close(nowMicros: number, reason: string): void {
    this.#generation = ++this.#lastPermit;
    this.#failuresInARow = 0;
    this.#leases.clear();
    this.#window.clear();
    this.#period.end(nowMicros);
    this.probesAtMicros = Number.POSITIVE_INFINITY;
    this.#timers.cancel(this);
    this.#change("closed", reason, nowMicros);
  }

  #change(to: BreakerState, reason: string, atMicros: number): void {
    const from = this.state;
    this.state = to;
    // While half-open, what is told is why it opened.
    if (to !== "half_open") this.reason = reason;
    if (from !== to) this.#onChange?.({ breaker: this.name, from, to, reason, atMicros });
  }
}
