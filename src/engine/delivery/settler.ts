import { setTimeout as sleep } from "node:timers/promises";
import { type Deferred, deferred } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import type { DeadRecord, Settlement, StoreGroup } from "../store.ts";

/** Writes what becomes of entries, many at a time: one write under way, and what comes meanwhile shares the next. */
export interface Settler {
  done(entry: string): void;
  /** `text` is asked for when it is written. */
  progress(entry: string, text: () => string): void;
  /** `entry` is the one in which the event lies: it is not acknowledged before this is written. */
  dead(entry: string, record: DeadRecord): void;
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

/** What is to be written, and who waits for it. */
interface Draft {
  readonly done: string[];
  readonly progress: Map<string, () => string>;
  readonly dead: { readonly entry: string; readonly record: DeadRecord }[];
  readonly waiters: Deferred<void>[];
}

class GroupSettler implements Settler {
  readonly #options: SettlerOptions;
  #draft: Draft = emptyDraft();
  #isRunning = false;
  readonly #ended = new AbortController();

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  done(entry: string): void {
    this.#draft.done.push(entry);
    if (this.#draft.progress.size > 0) this.#draft.progress.delete(entry);
    this.#plan();
  }

  progress(entry: string, text: () => string): void {
    this.#draft.progress.set(entry, text);
    this.#plan();
  }

  dead(entry: string, record: DeadRecord): void {
    this.#draft.dead.push({ entry, record });
    this.#plan();
  }

  async flushed(): Promise<void> {
    this.#ended.signal.throwIfAborted();
    if (!this.#isRunning) return;
    const waiter = deferred<void>();
    this.#draft.waiters.push(waiter);
    await waiter.promise;
  }

  end(reason: unknown): void {
    this.#ended.abort(reason);
    for (const { reject } of this.#draft.waiters.splice(0)) reject(reason);
  }

  #plan(): void {
    if (this.#isRunning || this.#ended.signal.aborted) return;
    this.#isRunning = true;
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    let delayMs = firstRetryDelayMs;
    while (hasWork(this.#draft) && !signal.aborted) {
      const draft = this.#draft;
      this.#draft = emptyDraft();
      const error = await this.#write(draft);
      if (error === undefined) {
        delayMs = firstRetryDelayMs;
        continue;
      }
      this.#draft = joined(draft, this.#draft);
      if (error instanceof DynoError && error.code === "conflict") this.#lose(error);
      else await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      delayMs = Math.min(2 * delayMs, maxRetryDelayMs);
    }
    this.#isRunning = false;
    // Whoever waits now came when there was nothing to write, or when nothing can be written any more.
    for (const { resolve, reject } of this.#draft.waiters.splice(0)) {
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
  }

  #lose(error: DynoError): void {
    this.end(error);
    this.#options.onLost(error);
  }

  /** Gives the error of a write that failed; what could be written all the same is taken out of the draft. */
  async #write(draft: Draft): Promise<unknown> {
    const { group, onDone, onTrouble } = this.#options;
    try {
      await group.settle(settlementOf(draft));
      onTrouble(undefined);
      onDone(draft.done);
      for (const { resolve } of draft.waiters) resolve();
      return undefined;
    } catch (error) {
      onTrouble(error);
      if (error instanceof DynoError && error.code === "overload") await this.#writeAcknowledgements(draft);
      return error;
    }
  }

  /** A store that is full has room again when it is trimmed; and for that, what needs no room must go through. */
  async #writeAcknowledgements(draft: Draft): Promise<void> {
    const waiting = new Set(draft.dead.map(({ entry }) => entry));
    const free = draft.done.filter((entry) => !waiting.has(entry));
    if (free.length === 0) return;
    try {
      await this.#options.group.settle({ done: free, progress: [], dead: [] });
    } catch {
      return;
    }
    draft.done.splice(0, draft.done.length, ...draft.done.filter((entry) => waiting.has(entry)));
    this.#options.onDone(free);
  }
}

function emptyDraft(): Draft {
  return { done: [], progress: new Map(), dead: [], waiters: [] };
}

function hasWork({ done, progress, dead }: Draft): boolean {
  return done.length > 0 || progress.size > 0 || dead.length > 0;
}

function settlementOf({ done, progress, dead }: Draft): Settlement {
  return {
    done,
    progress: [...progress].map(([entry, text]) => [entry, text()] as const),
    dead: dead.map(({ record }) => record),
  };
}

/** Puts what was not written before what came since; who is done since has no progress any more. */
function joined(before: Draft, since: Draft): Draft {
  const progress = new Map([...before.progress, ...since.progress]);
  for (const entry of since.done) progress.delete(entry);
  return {
    done: [...before.done, ...since.done],
    progress,
    dead: [...before.dead, ...since.dead],
    waiters: [...before.waiters, ...since.waiters],
  };
}
