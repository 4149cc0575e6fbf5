import { setTimeout as sleep } from "node:timers/promises";
import { abortable, type Deferred, deferred } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import type { AppenderTotals, RedisAppender, RedisAppenderOptions } from "./redis-appender.ts";
import { type Batch, createBatch, lostBatch, putBack } from "./redis-batch.ts";
import { reasonOf, refusalOf, troubleOf } from "./redis-errors.ts";
import { createRetainedBatches, type RetainedBatches } from "./redis-retained.ts";

const maxRetainedBytes = 64 * 1_048_576;
const firstRetryDelayMs = 5;
const maxRetryDelayMs = 200;

/** Creates an appender for a stream that was just taken over. */
export function createRedisAppender(options: RedisAppenderOptions): RedisAppender {
  return new FencedAppender(options);
}

/**
 * Keeps every batch until its outcome is known. One error stops the sending; when all replies are in, the owner
 * begins a new epoch, learns which batches are stored, and sends the others again in order.
 *
 * When that takes longer than `reconnectMs`, what is under way is rejected. Whether Redis has it is unknown then,
 * and a caller may publish it again; so its numbers are kept, and the first thing that the owner does when Redis
 * is back is to remove them; unless rejections are handed over.
 */
class FencedAppender implements RedisAppender {
  readonly #options: RedisAppenderOptions;
  /** Not known to be stored, in order. */
  #queue: Batch[] = [];
  /** Stored, and waiting for their sync, in order. */
  #unsynced = new Map<Batch, string>();
  readonly #retained: RetainedBatches | undefined;
  /** Numbers of batches that were rejected and may be stored. */
  #doubtful: number[] = [];
  #storedSequence = 0;
  #lastSequence = 0;
  #outstanding = 0;
  /** The error that stopped the sending; undefined while all is well. */
  #trouble: { readonly error: unknown } | undefined;
  #recovering = false;
  /** Why nothing is accepted now. */
  #refusal: DynoError | undefined;
  /** Whether the refusal lasts until `regain`, be the server back or not. */
  #isLatched = false;
  #gaveUp = false;
  #ended: DynoError | undefined;
  #settled = deferred<void>();
  #changed = deferred<void>();
  #drained: Deferred<void> | undefined;
  readonly #stopped = new AbortController();
  readonly totals: AppenderTotals = {
    resends: 0,
    already_stored: 0,
    lost_by_server: 0,
    resent_after_loss: 0,
    outages: 0,
  };

  constructor(options: RedisAppenderOptions) {
    this.#options = options;
    const { retainMs } = options;
    this.#retained = retainMs > 0 ? createRetainedBatches(retainMs, maxRetainedBytes) : undefined;
  }

  append(payload: string, needsSync: boolean): Promise<string> {
    if (this.#refusal !== undefined) {
      this.#isLatched ||= this.#options.handsOver;
      return Promise.reject(this.#refusal);
    }
    const item = createBatch(payload, needsSync);
    this.#queue.push(item);
    if (this.#trouble === undefined) this.#send(item);
    return item.done.promise;
  }

  connectionChanged(): void {
    this.#changed.resolve();
    this.#changed = deferred();
    this.#trouble ??= { error: new Error("the connection was lost") };
    this.#recoverWhenQuiet();
  }

  async regain(signal: AbortSignal | undefined): Promise<void> {
    while (this.#trouble !== undefined && this.#ended === undefined) {
      signal?.throwIfAborted();
      await abortable(this.#settled.promise, signal);
    }
    if (this.#ended !== undefined) throw this.#ended;
    this.#isLatched = false;
    this.#refusal = undefined;
  }

  async close(): Promise<void> {
    this.#refusal = new DynoError("closed", "the redis store is closed; the events were not stored");
    this.#endWith(this.#refusal);
    this.#drained = deferred();
    this.#noteDrained();
    const bound = setTimeout(() => this.#giveUpSyncs(), this.#options.reconnectMs);
    await this.#drained.promise;
    clearTimeout(bound);
    this.#stopped.abort();
    this.#options.sync?.stop();
  }

  /** A server that answers and does not sync would be waited for without an end. */
  #giveUpSyncs(): void {
    const { stream, reconnectMs } = this.#options;
    const text = `events are stored in stream ${stream}, and Redis has not synced them within ${reconnectMs} ms: see what its append-only file waits for`;
    for (const item of this.#unsynced.keys()) item.done.reject(new DynoError("unavailable", text));
    this.#unsynced.clear();
    this.#noteDrained();
  }

  #send(item: Batch): void {
    if (item.sequence > 0) this.totals.resends++;
    item.sequence = ++this.#lastSequence;
    this.#outstanding++;
    this.#options.owner.append(item.sequence, item.payload).then(
      (entry) => this.#onStored(item, entry),
      (error: unknown) => this.#onError(error),
    );
  }

  #onStored(item: Batch, entry: string): void {
    this.#outstanding--;
    this.#storedSequence = item.sequence;
    const index = this.#queue[0] === item ? 0 : this.#queue.indexOf(item);
    // It may have been given up in the meantime; then its number is among the doubtful ones.
    if (index >= 0) {
      this.#queue.splice(index, 1);
      this.#acknowledge(item, entry);
    }
    this.#recoverWhenQuiet();
  }

  #onError(error: unknown): void {
    this.#outstanding--;
    // The first error is the cause, those after it are refused for the gap; unless one came without a reply,
    // for then something may still be on its way.
    if (this.#trouble === undefined || troubleOf(error) === "away") this.#trouble = { error };
    this.#recoverWhenQuiet();
  }

  #acknowledge(item: Batch, entry: string): void {
    const { sync } = this.#options;
    if (item.needsSync && sync !== undefined) {
      this.#unsynced.set(item, entry);
      void sync.wait(item.sequence).then(() => this.#onSynced(item));
      return;
    }
    item.isAcknowledged = true;
    this.#retained?.add(item, performance.now());
    item.done.resolve(entry);
    this.#noteDrained();
  }

  #onSynced(item: Batch): void {
    const entry = this.#unsynced.get(item);
    // A server that lost it has it sent again, and then it waits again.
    if (entry === undefined) return;
    this.#unsynced.delete(item);
    item.done.resolve(entry);
    this.#noteDrained();
  }

  #recoverWhenQuiet(): void {
    if (this.#trouble === undefined || this.#outstanding > 0 || this.#recovering) return;
    const { error } = this.#trouble;
    this.#recovering = true;
    const kind = troubleOf(error);
    if (kind === "full" || kind === "refused") {
      this.#refuse(error);
      if (this.#queue.length === 0) return this.#resume();
      // What the server lost is still to be sent again, whenever it has room.
      this.#gaveUp = true;
      this.#noteDrained();
      void this.#pause(maxRetryDelayMs).then(() => this.#resume());
    } else {
      void this.#regain(error);
    }
  }

  /** A definite refusal: neither that batch nor any sent after it is stored, so their numbers are free. */
  #refuse(error: unknown): void {
    const refusal = refusalOf(error, this.#options.stream);
    for (const item of this.#takeUnacknowledged()) item.done.reject(refusal);
    this.#lastSequence = this.#storedSequence;
    if (!this.#options.handsOver) return this.#noteDrained();
    this.#isLatched = true;
    this.#refusal ??= refusal;
    this.#noteDrained();
  }

  /** Tries until the owner can go on, however long it takes. */
  async #regain(cause: unknown): Promise<void> {
    let latest = cause;
    const bound = setTimeout(() => this.#giveUp(latest), this.#options.reconnectMs);
    for (let delayMs = firstRetryDelayMs; !this.#stopped.signal.aborted; delayMs *= 2) {
      try {
        await this.#settleKnown();
        this.#resume();
        break;
      } catch (error) {
        latest = error;
        const kind = troubleOf(error);
        if (kind === "fenced") {
          this.#end(error);
          break;
        }
        if (kind === "full" || kind === "refused") this.#giveUp(error);
        await this.#pause(Math.min(delayMs, maxRetryDelayMs));
      }
    }
    clearTimeout(bound);
  }

  /** Ends early when the connection is back, or lost once more. */
  async #pause(delayMs: number): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([this.#stopped.signal, over.signal]);
    await Promise.race([sleep(delayMs, undefined, { signal }).catch(() => undefined), this.#changed.promise]);
    over.abort();
  }

  /** Learns what is stored, settles it, and lines up the rest to be sent again. */
  async #settleKnown(): Promise<void> {
    await this.#options.checkServer();
    const candidates = [...this.#unsynced.keys(), ...this.#queue];
    const numbers = [...candidates.map(({ sequence }) => sequence).filter((n) => n > 0), ...this.#doubtful];
    const base = Math.min(this.#storedSequence, ...numbers.map((n) => n - 1));
    const { stored, entries } = await this.#options.owner.goOn(base, this.#doubtful);
    const lost = this.#retained?.takeAfter(stored) ?? [];
    this.#countLost(stored, lost.length);
    for (const { payload, sequence } of lost) putBack(this.#queue, lostBatch(payload, sequence));
    this.#doubtful = [];
    this.#storedSequence = stored;
    this.#lastSequence = stored;
    for (const item of candidates) {
      if (item.sequence > 0 && item.sequence <= stored) this.#settle(item, entries.get(item.sequence));
      else this.#requeue(item);
    }
  }

  #countLost(stored: number, retained: number): void {
    let acknowledged = Math.max(0, this.#storedSequence - stored) - retained;
    for (const { sequence } of this.#unsynced.keys()) if (sequence > stored) acknowledged--;
    this.totals.lost_by_server += Math.max(0, acknowledged);
    this.totals.resent_after_loss += retained;
  }

  #settle(item: Batch, entry: string | undefined): void {
    if (this.#unsynced.has(item)) return;
    this.#queue.splice(this.#queue.indexOf(item), 1);
    this.totals.already_stored++;
    if (entry !== undefined) return this.#acknowledge(item, entry);
    const text = `a batch for stream ${this.#options.stream} was stored and then deleted or trimmed by somebody else`;
    item.done.reject(new DynoError("unavailable", text));
    this.#noteDrained();
  }

  /** An unsynced batch that the server lost goes back to the front, where its number belongs. */
  #requeue(item: Batch): void {
    if (this.#unsynced.delete(item)) putBack(this.#queue, item);
  }

  #resume(): void {
    this.#trouble = undefined;
    this.#recovering = false;
    this.#gaveUp = false;
    if (this.#drained === undefined && !this.#isLatched) this.#refusal = undefined;
    for (const item of this.#queue) this.#send(item);
    this.#wakeRegain();
  }

  #giveUp(cause: unknown): void {
    if (this.#gaveUp) return;
    this.#gaveUp = true;
    this.totals.outages++;
    const { stream, reconnectMs } = this.#options;
    const refusal =
      troubleOf(cause) === "away" || troubleOf(cause) === "again"
        ? new DynoError(
            "unavailable",
            `Redis was away for ${reconnectMs} ms (${reasonOf(cause)}); the events for stream ${stream} were not stored`,
            { cause },
          )
        : refusalOf(cause, stream);
    this.#refusal ??= refusal;
    this.#rejectAll(refusal);
  }

  #end(cause: unknown): void {
    this.#refusal = refusalOf(cause, this.#options.stream);
    this.#rejectAll(this.#refusal);
    this.#endWith(this.#refusal);
  }

  #endWith(error: DynoError): void {
    this.#ended ??= error;
    this.#wakeRegain();
  }

  #wakeRegain(): void {
    this.#settled.resolve();
    this.#settled = deferred();
  }

  #rejectAll(error: DynoError): void {
    const { handsOver } = this.#options;
    const items = [...this.#unsynced.keys(), ...this.#takeUnacknowledged()];
    this.#unsynced.clear();
    this.#isLatched ||= handsOver && items.length > 0;
    for (const item of items) {
      if (item.sequence > 0 && !handsOver) this.#doubtful.push(item.sequence);
      item.done.reject(error);
    }
    this.#noteDrained();
  }

  /** What was acknowledged, and is sent again because the server lost it, is nobody's to reject. */
  #takeUnacknowledged(): Batch[] {
    const taken = this.#queue.filter(({ isAcknowledged }) => !isAcknowledged);
    this.#queue = this.#queue.filter(({ isAcknowledged }) => isAcknowledged);
    return taken;
  }

  #noteDrained(): void {
    if (this.#drained === undefined || this.#unsynced.size > 0) return;
    const waits = this.#gaveUp ? this.#queue.filter(({ isAcknowledged }) => !isAcknowledged) : this.#queue;
    if (waits.length === 0) this.#drained.resolve();
  }
}
