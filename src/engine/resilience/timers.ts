import type { Clock } from "../../base/clock.ts";

/** Something that is to happen at a time. Its two numbers belong to the timers. */
export interface Alarm {
  dueMicros: number;
  /** Where the timers keep it; -1 while it is not set. */
  slot: number;
  /** Whether somebody waits for it, so that the process must not end before. */
  readonly holdsProcess: boolean;
  ring(nowMicros: number): void;
}

/**
 * Any number of alarms on one timer of the process: what all breakers, timeouts and retries share. To set and to
 * cancel an alarm costs some 20 ns, a tenth of setTimeout, as most are cancelled long before they are due.
 */
export interface Timers {
  /** Sets the alarm, or sets it anew. */
  set(alarm: Alarm, dueMicros: number): void;
  /** Does nothing where the alarm is not set. */
  cancel(alarm: Alarm): void;
  /** Rings what is due by now. The timer of the process does it; a test does it itself. */
  turn(): void;
  /** When the next alarm is due; Infinity where none is set. */
  nextMicros(): number;
}

/** The part of a timer of the process that is needed. */
export interface WakeTimer {
  ref(): unknown;
  unref(): unknown;
}

/** Calls `turn` once after `delayMs`, and stops what it started before. */
export type Wake = (
  turn: () => void,
  delayMs: number,
  before: WakeTimer | undefined,
) => WakeTimer | undefined;

/** What the timers need. */
export interface TimersOptions {
  readonly clock: Clock;
  /** Default: setTimeout. A test that moves its clock by hand gives one that does nothing, and calls `turn`. */
  readonly wake?: Wake;
}

const wakeBySetTimeout: Wake = (turn, delayMs, before) => {
  clearTimeout(before as NodeJS.Timeout | undefined);
  return setTimeout(turn, delayMs);
};

/** What setTimeout takes at most, in ms; a later alarm is looked at again then. */
const longestMs = 2_147_483_647;

/** Creates timers without an alarm. */
export function createTimers({ clock, wake = wakeBySetTimeout }: TimersOptions): Timers {
  return new HeapTimers(clock, wake);
}

/** The alarms in a binary heap (Williams 1964), the next one first; each knows its slot, so that any can leave. */
class HeapTimers implements Timers {
  readonly #clock: Clock;
  readonly #wake: Wake;
  readonly #heap: Alarm[] = [];
  readonly #turn = (): void => this.#onWake();
  #timer: WakeTimer | undefined;
  /** When the timer of the process goes off; it may be too early, never too late. */
  #wakesAtMicros = Number.POSITIVE_INFINITY;
  #held = 0;

  constructor(clock: Clock, wake: Wake) {
    this.#clock = clock;
    this.#wake = wake;
  }

  set(alarm: Alarm, dueMicros: number): void {
    if (alarm.slot >= 0) this.cancel(alarm);
    alarm.dueMicros = dueMicros;
    if (alarm.holdsProcess && this.#held++ === 0) this.#timer?.ref();
    this.#rise(alarm, this.#heap.length);
    if (dueMicros < this.#wakesAtMicros) this.#plan(dueMicros);
  }

  cancel(alarm: Alarm): void {
    const { slot } = alarm;
    if (slot < 0) return;
    alarm.slot = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== alarm) this.#place(last, slot);
    if (alarm.holdsProcess && --this.#held === 0) this.#timer?.unref();
  }

  turn(): void {
    const nowMicros = this.#clock.nowMicros();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.dueMicros > nowMicros) return;
      this.cancel(first);
      first.ring(nowMicros);
    }
  }

  nextMicros(): number {
    return this.#heap[0]?.dueMicros ?? Number.POSITIVE_INFINITY;
  }

  #onWake(): void {
    this.#timer = undefined;
    this.#wakesAtMicros = Number.POSITIVE_INFINITY;
    try {
      this.turn();
    } finally {
      const next = this.nextMicros();
      if (next < this.#wakesAtMicros) this.#plan(next);
    }
  }

  #plan(dueMicros: number): void {
    const delayMs = Math.ceil((dueMicros - this.#clock.nowMicros()) / 1000);
    this.#wakesAtMicros = dueMicros;
    this.#timer = this.#wake(this.#turn, Math.min(longestMs, Math.max(0, delayMs)), this.#timer);
    if (this.#held === 0) this.#timer?.unref();
  }

  /** Puts an alarm into the free slot, or as far up or down from it as it belongs. */
  #place(alarm: Alarm, slot: number): void {
    const parent = this.#heap[(slot - 1) >> 1];
    if (slot > 0 && parent !== undefined && parent.dueMicros > alarm.dueMicros) this.#rise(alarm, slot);
    else this.#sink(alarm, slot);
  }

  #rise(alarm: Alarm, from: number): void {
    const heap = this.#heap;
    let slot = from;
    while (slot > 0) {
      const above = (slot - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.dueMicros <= alarm.dueMicros) break;
      heap[slot] = parent;
      parent.slot = slot;
      slot = above;
    }
    heap[slot] = alarm;
    alarm.slot = slot;
  }

  #sink(alarm: Alarm, from: number): void {
    const heap = this.#heap;
    let slot = from;
    for (;;) {
      let below = slot * 2 + 1;
      let child = heap[below];
      if (child === undefined) break;
      const other = heap[below + 1];
      if (other !== undefined && other.dueMicros < child.dueMicros) {
        child = other;
        below++;
      }
      if (child.dueMicros >= alarm.dueMicros) break;
      heap[slot] = child;
      child.slot = slot;
      slot = below;
    }
    heap[slot] = alarm;
    alarm.slot = slot;
  }
}
