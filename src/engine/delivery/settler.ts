import { setTimeout as sleep } from "node:timers/promises";
import { type Deferred, deferred } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import type { DeadRecord, Settlement, StoreGroup } from "../store.ts";

/** Writes what becomes of entries, many at a time: one write under way, and what comes meanwhile shares the next. */
export interface Settler {
  done(entry: string): void;
  /** `text` is asked for when it is written. */
  progress(entry: string, text: () => string): void;
  dead(record: DeadRecord): void;
  /** Resolves when all that was said until now is written. Rejects where the settler has ended before. */
  flushed(): Promise<void>;
  /** Tries no more. */
  end(reason: unknown): void;
}

/** What a settler works with. */
export interface SettlerOptions {
  readonly group: Pick<StoreGroup, "settle">;
  /** Entries that are now acknowledged in the store. */
  readonly onDone: (entries: readonly string[]) => void;
  /** Why writing fails, and undefined when it does no longer. */
  readonly onTrouble: (error: unknown) => void;
  /** The stream has another owner: nothing can be written any more. */
  readonly onLost: (error: unknown) => void;
}

const firstRetryDelayMs = 10;
const maxRetryDelayMs = 250;

/** Creates a settler. While the store is away it tries again until it is ended. */
export function createSettler(options: SettlerOptions): Settler {
  return new GroupSettler(options);
}

class GroupSettler implements Settler {
  readonly #options: SettlerOptions;
  #done: string[] = [];
  #progress = new Map<string, () => string>();
  #dead: DeadRecord[] = [];
  #waiters: Deferred<void>[] = [];
  #isRunning = false;
  readonly #ended = new AbortController();

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  done(entry: string): void {
    this.#done.push(entry);
    if (this.#progress.size > 0) this.#progress.delete(entry);
    this.#plan();
  }

  progress(entry: string, text: () => string): void {
    this.#progress.set(entry, text);
    this.#plan();
  }

  dead(record: DeadRecord): void {
    this.#dead.push(record);
    this.#plan();
  }

  async flushed(): Promise<void> {
    this.#ended.signal.throwIfAborted();
    if (!this.#isRunning) return;
    const waiter = deferred<void>();
    this.#waiters.push(waiter);
    await waiter.promise;
  }

  end(reason: unknown): void {
    this.#ended.abort(reason);
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
  }

  #plan(): void {
    if (this.#isRunning || this.#ended.signal.aborted) return;
    this.#isRunning = true;
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#done.length + this.#progress.size + this.#dead.length > 0 && !this.#ended.signal.aborted) {
      const waiters = this.#waiters.splice(0);
      const settlement = this.#take();
      const isWritten = await this.#write(settlement);
      if (!isWritten) {
        for (const { reject } of waiters) reject(this.#ended.signal.reason);
        break;
      }
      this.#options.onDone(settlement.done);
      for (const { resolve } of waiters) resolve();
    }
    this.#isRunning = false;
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #take(): Settlement {
    const progress = [...this.#progress].map(([entry, text]) => [entry, text()] as const);
    const settlement = { done: this.#done, progress, dead: this.#dead };
    this.#done = [];
    this.#progress = new Map();
    this.#dead = [];
    return settlement;
  }

  async #write(settlement: Settlement): Promise<boolean> {
    const { signal } = this.#ended;
    for (let delayMs = firstRetryDelayMs; !signal.aborted; delayMs = Math.min(2 * delayMs, maxRetryDelayMs)) {
      try {
        await this.#options.group.settle(settlement);
        this.#options.onTrouble(undefined);
        return true;
      } catch (error) {
        if (error instanceof DynoError && error.code === "conflict") {
          this.end(error);
          this.#options.onLost(error);
          return false;
        }
        this.#options.onTrouble(error);
        await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return false;
  }
}
