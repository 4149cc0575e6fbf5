import type { DynoError } from "../../base/errors.ts";
import { formatCount, formatDuration } from "../../base/units.ts";
import { type BulkheadSettings, resolveBulkheadSettings } from "./bulkhead-settings.ts";
import { createFairQueue, type Waiting } from "./fair-queue.ts";
import { rejection } from "./rejection.ts";

/** Where a ticket is. */
export type TicketPlace = "outside" | "queued" | "inside";

/** One call that wants to run. It is outside at first; all that can change belongs to the bulkhead. */
export interface Ticket extends Waiting<Ticket> {
  place: TicketPlace;
  /** Since when it is in its place. */
  sinceMicros: number;
  /** When it is of no use any more; Infinity never. */
  readonly deadlineMicros: number;
  /** It had to wait and is inside now. It must leave, and must not throw. */
  admitted(nowMicros: number): void;
  /** Its turn came after its deadline: it is outside again. */
  missed(nowMicros: number): void;
}

/** Bounds how many calls run at a time, and how many wait, fairly between keys. */
export interface Bulkhead {
  readonly name: string;
  /** Lets the ticket in, or queues it: see its `place`. Or refuses it, at once, where it could only wait in vain. */
  enter(ticket: Ticket, nowMicros: number): DynoError | undefined;
  /** Frees the ticket's place, inside or in the queue, and lets the next one in. Does nothing for one outside. */
  leave(ticket: Ticket, nowMicros: number): void;
  counts(): BulkheadCounts;
}

/** What a bulkhead has counted. */
export interface BulkheadCounts {
  readonly running: number;
  readonly queued: number;
  /** Mean time inside of the last calls. */
  readonly meanMicros: number;
  /** Since it was made: refused as there was no room, and as the wait would have been too long. */
  readonly refusedFull: number;
  readonly refusedLate: number;
}

/** Weight of the newest call in the mean time inside: about the last 16 count. */
const newestWeight = 1 / 16;

/** Creates an empty bulkhead. Throws a DynoError `usage` for settings that cannot be. */
export function createBulkhead(name: string, settings: Partial<BulkheadSettings> = {}): Bulkhead {
  return new FairBulkhead(name, resolveBulkheadSettings(name, settings));
}

class FairBulkhead implements Bulkhead {
  readonly name: string;
  readonly #settings: BulkheadSettings;
  readonly #queue = createFairQueue<Ticket>();
  #running = 0;
  #isAdmitting = false;
  #meanMicros = 0;
  #refusedFull = 0;
  #refusedLate = 0;

  constructor(name: string, settings: BulkheadSettings) {
    this.name = name;
    this.#settings = settings;
  }

  enter(ticket: Ticket, nowMicros: number): DynoError | undefined {
    const { maxRunning } = this.#settings;
    if (this.#running < maxRunning && this.#queue.size === 0) {
      this.#running++;
      ticket.place = "inside";
      ticket.sinceMicros = nowMicros;
      return undefined;
    }
    if (!this.#hasRoom(ticket.key)) return this.#refuseFull(ticket.key);
    const waitMicros = this.#expectedWaitMicros(ticket.key);
    if (nowMicros + waitMicros > ticket.deadlineMicros) {
      return this.#refuseLate(waitMicros, ticket.deadlineMicros - nowMicros);
    }
    ticket.place = "queued";
    ticket.sinceMicros = nowMicros;
    this.#queue.push(ticket);
    return undefined;
  }

  leave(ticket: Ticket, nowMicros: number): void {
    const { place } = ticket;
    ticket.place = "outside";
    if (place === "queued") this.#queue.remove(ticket);
    if (place !== "inside") return;
    this.#measure(nowMicros - ticket.sinceMicros);
    this.#running--;
    if (this.#queue.size > 0) this.#admit(nowMicros);
  }

  counts(): BulkheadCounts {
    return {
      running: this.#running,
      queued: this.#queue.size,
      meanMicros: this.#meanMicros,
      refusedFull: this.#refusedFull,
      refusedLate: this.#refusedLate,
    };
  }

  #measure(tookMicros: number): void {
    // No time at all: it was not called, as its breaker had opened.
    if (tookMicros <= 0) return;
    this.#meanMicros += (tookMicros - this.#meanMicros) * (this.#meanMicros === 0 ? 1 : newestWeight);
  }

  /** Whoever is admitted may leave at once: the loop goes on then, instead of calling itself. */
  #admit(nowMicros: number): void {
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    while (this.#running < this.#settings.maxRunning) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      const isLate = next.deadlineMicros <= nowMicros;
      next.place = isLate ? "outside" : "inside";
      if (isLate) next.missed(nowMicros);
      else {
        this.#running++;
        next.sinceMicros = nowMicros;
        next.admitted(nowMicros);
      }
    }
    this.#isAdmitting = false;
  }

  /**
   * A key may have as many waiting as places are still free: whatever others have queued, a new key finds room
   * (Choudhury and Hahne 1998, dynamic queue length thresholds, with factor 1). Calls without a key take all.
   */
  #hasRoom(key: string): boolean {
    const free = this.#settings.maxQueued - this.#queue.size;
    return key === "" ? free > 0 : this.#queue.lengthOf(key) < free;
  }

  /** By turns: as many of each other key as there are of this one, and this one's own, go first. */
  #expectedWaitMicros(key: string): number {
    const own = this.#queue.lengthOf(key);
    const others = own === 0 ? this.#queue.keys : this.#queue.keys - 1;
    const ahead = Math.min(this.#queue.size, own + others * (own + 1));
    return ((ahead + 1) * this.#meanMicros) / this.#settings.maxRunning;
  }

  #refuseFull(key: string): DynoError {
    this.#refusedFull++;
    const { maxRunning } = this.#settings;
    const whose = key === "" ? "" : `, ${formatCount(this.#queue.lengthOf(key))} of them for ${key}`;
    const room = `${formatCount(maxRunning)} running and ${formatCount(this.#queue.size)} waiting${whose}`;
    return rejection(`${this.name} is not called: there is no room beside ${room}; try again later`);
  }

  #refuseLate(waitMicros: number, leftMicros: number): DynoError {
    this.#refusedLate++;
    const wait = `the wait would be about ${formatDuration(waitMicros)}`;
    const left = formatDuration(Math.max(0, leftMicros));
    return rejection(
      `${this.name} is not called: ${wait}, and the call has only ${left} left; try again later`,
    );
  }
}
