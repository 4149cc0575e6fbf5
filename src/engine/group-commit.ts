import type { Clock } from "../base/clock.ts";
import { DynoError } from "../base/errors.ts";
import type { Knobs } from "./config.ts";
import type { AppendTarget, Diverted } from "./fallback.ts";
import { type AckLevel, ackLevels, type PreparedEvent } from "./store.ts";

/** Where an event came to lie, and the level that holds for it; one object for all events of a batch. */
export interface Commit {
  /** The store's name for the entry; undefined until it is written. */
  entry: string | undefined;
  /** At least `stored` once there is an entry; the engine raises it when a later barrier covers the batch. */
  level: AckLevel;
  /** Set where a fallback took the batch; then this says where it is and which level holds. */
  diverted?: Diverted;
}

/** An event on its way into the store. */
export interface Append {
  readonly event: PreparedEvent;
  readonly level: AckLevel;
  /** Index of the event in its entry. */
  index: number;
  commit: Commit | undefined;
  /** Called once the event is stored, or has failed. */
  settle(error?: unknown): void;
}

/** Packs concurrent appends into batches. */
export interface GroupCommit {
  /** Queues an event; throws a DynoError `overload` where the queue is full, `closed` after close. */
  add(append: Append): void;
  /** Resolves when an append would be accepted. */
  ready(): Promise<void>;
  /** Resolves when everything queued until now is stored or has failed; nothing is accepted any more. */
  close(): Promise<void>;
  readonly pendingEvents: number;
  readonly pendingBytes: number;
}

/** What a group commit rests on. */
export interface GroupCommitOptions {
  readonly store: AppendTarget;
  readonly knobs: Knobs;
  readonly clock: Clock;
}

/**
 * Creates a group commit.
 *
 * An event that finds nothing under way is sent at the end of the current microtasks, with all that came
 * meanwhile. While a batch is under way others gather (Nagle's rule, RFC 896), and only full batches are sent
 * beside it, up to `inFlight`. So a lone event waits for nothing, and load packs itself.
 */
export function createGroupCommit({ store, knobs, clock }: GroupCommitOptions): GroupCommit {
  return new NagleCommit(store, knobs, clock);
}

class NagleCommit implements GroupCommit {
  readonly #store: AppendTarget;
  readonly #knobs: Knobs;
  readonly #clock: Clock;
  #queue: Append[] = [];
  #queuedBytes = 0;
  #underWay = 0;
  #flushPlanned = false;
  #oldestMicros = 0;
  #lingering = false;
  #closed = false;
  #waiters: (() => void)[] = [];
  pendingEvents = 0;
  pendingBytes = 0;

  constructor(store: AppendTarget, knobs: Knobs, clock: Clock) {
    this.#store = store;
    this.#knobs = knobs;
    this.#clock = clock;
  }

  add(append: Append): void {
    if (this.#closed) throw new DynoError("closed", "the engine is closed; the event was not accepted");
    if (!this.#hasRoom()) {
      throw new DynoError(
        "overload",
        `${this.pendingEvents} events (${this.pendingBytes} bytes) wait for their ack already; the event was not accepted. Wait for ready(), or raise maxPendingEvents or maxPendingBytes`,
      );
    }
    const { length } = append.event.json;
    this.pendingEvents++;
    this.pendingBytes += length;
    if (this.#queue.length === 0 && this.#knobs.lingerMicros > 0)
      this.#oldestMicros = this.#clock.nowMicros();
    this.#queue.push(append);
    this.#queuedBytes += length;
    this.#planFlush();
  }

  ready(): Promise<void> {
    if (this.#hasRoom()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#flush();
    while (this.pendingEvents > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /**
   * Whether the next event is accepted, however large it is, so that the last one may go over the bound on bytes.
   * Were its size asked about, `ready` could not tell for whom there is room.
   */
  #hasRoom(): boolean {
    return (
      this.pendingEvents < this.#knobs.maxPendingEvents && this.pendingBytes < this.#knobs.maxPendingBytes
    );
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    queueMicrotask(() => {
      this.#flushPlanned = false;
      this.#flush();
    });
  }

  #isFull(): boolean {
    return this.#queue.length >= this.#knobs.maxBatch || this.#queuedBytes >= this.#knobs.maxBatchBytes;
  }

  #flush(): void {
    while (this.#queue.length > 0 && this.#underWay < this.#knobs.inFlight) {
      if (!this.#isFull()) {
        if (this.#underWay > 0) return;
        if (this.#lingers()) return;
      }
      this.#send(this.#takeBatch());
    }
  }

  /** Whether the batch may still wait for more; then a timer brings it back. */
  #lingers(): boolean {
    if (this.#knobs.lingerMicros === 0 || this.#closed) return false;
    const leftMicros = this.#oldestMicros + this.#knobs.lingerMicros - this.#clock.nowMicros();
    if (leftMicros <= 0) return false;
    if (this.#lingering) return true;
    this.#lingering = true;
    const look = (): void => {
      this.#lingering = false;
      this.#flush();
    };
    // Node's timers count whole milliseconds; the last one is spent turning the event loop.
    if (leftMicros > 1500) setTimeout(look, Math.floor(leftMicros / 1000) - 1);
    else setImmediate(look);
    return true;
  }

  #takeBatch(): Append[] {
    const { maxBatch, maxBatchBytes } = this.#knobs;
    let count = 0;
    let bytes = 0;
    while (count < this.#queue.length && count < maxBatch) {
      const size = this.#queue[count]?.event.json.length ?? 0;
      if (count > 0 && bytes + size > maxBatchBytes) break;
      bytes += size;
      count++;
    }
    this.#queuedBytes -= bytes;
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    if (this.#knobs.lingerMicros > 0) this.#oldestMicros = this.#clock.nowMicros();
    return this.#queue.splice(0, count);
  }

  #send(batch: Append[]): void {
    this.#underWay++;
    const level = strongest(batch);
    const commit: Commit = { entry: undefined, level };
    const events = new Array<PreparedEvent>(batch.length);
    for (let i = 0; i < batch.length; i++) {
      const append = batch[i] as Append;
      append.index = i;
      append.commit = commit;
      events[i] = append.event;
    }
    this.#store.append(events, level).then(
      (entry) => {
        if (typeof entry === "string") commit.entry = entry;
        else commit.diverted = entry;
        this.#settle(batch);
      },
      (error: unknown) => this.#settle(batch, error),
    );
  }

  #settle(batch: readonly Append[], error?: unknown): void {
    this.#underWay--;
    for (const append of batch) {
      this.pendingEvents--;
      this.pendingBytes -= append.event.json.length;
    }
    for (const append of batch) append.settle(error);
    const waiters = this.#waiters;
    if (waiters.length > 0 && this.#hasRoom()) {
      this.#waiters = [];
      for (const wake of waiters) wake();
    }
    // What the callers publish on hearing of this is in the same batch as what waited.
    this.#planFlush();
  }
}

/** The strongest level asked for, and at least `stored`: what has an entry is stored. */
function strongest(batch: readonly Append[]): AckLevel {
  let rank = ackLevels.indexOf("stored");
  for (const { level } of batch) rank = Math.max(rank, ackLevels.indexOf(level));
  return ackLevels[rank] ?? "stored";
}
