import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { type Deferred, deferred } from "../../base/async.ts";
import type { Clock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import type { Knobs } from "../config.ts";
import type { AppendTarget, Diverted, HomeStore } from "../fallback.ts";
import type { HealthPart } from "../health.ts";
import type { AckLevel, PreparedEvent, StoredEvent } from "../store.ts";
import type { SpoolBuffer } from "./spool-buffer.ts";
import { healthOfSpool } from "./spool-health.ts";
import { createOutage, diverted, type Outage } from "./spool-outage.ts";
import { inDoubt, isFencing, isOutage, isRefusal } from "./spool-rejections.ts";
import { createSpoolRelease, type SpoolRelease } from "./spool-release.ts";
import { createWayHome, type WayHome } from "./spool-way-home.ts";

/** Takes the place of a store while that is away. */
export interface Fallback extends AppendTarget {
  /** The events that wait from an earlier life, for the dedup window, and what is to be known of them. */
  leftovers(): AsyncIterable<readonly StoredEvent[]>;
  readonly leftover: Diverted | undefined;
  /** Begins to bring home what waits from an earlier life. */
  start(): void;
  health(): HealthPart;
  counters(): Readonly<Record<string, number>>;
  /** From now on nothing waits for the store to come back: what only memory holds is rejected. */
  beginClose(): void;
  /** Stops bringing events home, and closes the buffer, not the store. What is in a spool stays there. */
  close(): Promise<void>;
}

/** What a fallback is made of. */
export interface FallbackOptions {
  readonly home: HomeStore;
  readonly buffer: SpoolBuffer;
  readonly knobs: Pick<Knobs, "inFlight" | "maxBatch">;
  readonly clock: Clock;
  /** How long a store that cannot give `durable` may take to make what it has durable. */
  readonly settleMs: number;
  /** How long a buffer that is lost with the process may take to be brought home on closing. */
  readonly closeMs: number;
  /** Hears of events that are lost on closing. */
  readonly onError: (error: unknown) => void;
}

interface Item {
  readonly number: number;
  readonly batch: readonly PreparedEvent[];
  readonly level: AckLevel;
  readonly done: Deferred<string | Diverted>;
  /** Set where the store may have it though it rejected it. */
  isInDoubt: boolean;
  entry: string | undefined;
}

const maxPauseMs = 100;
const firstPauseMs = 5;

/** Creates the fallback of a store that was just opened. What the buffer holds from before comes before anything new. */
export function createFallback(options: FallbackOptions): Fallback {
  return new StoreFallback(options);
}

/**
 * Batches go to the store; when it rejects one, they are diverted, the rejected ones first, and everything later
 * behind them. Then they are brought home in order, while new ones go on being diverted. When little is left,
 * new ones are held back for a moment, so that an end is reached; then they go to the store again.
 *
 * Batches that were in doubt are brought home as all others, but for the events that the store has by then.
 */
class StoreFallback implements Fallback {
  readonly #options: FallbackOptions;
  readonly #home: HomeStore;
  readonly #buffer: SpoolBuffer;
  readonly #release: SpoolRelease;
  readonly #way: WayHome;
  readonly #stop = new AbortController();
  #lastNumber = 0;
  /** Sent to the store and not settled, in order. */
  #underWay: Item[] = [];
  /** The last entry before which nothing is under way. */
  #settledEntry: string | undefined;
  #outage: Outage | undefined;
  /** What the store rejected, until it is diverted. */
  #rejected: Item[] = [];
  /** Waits until it is clear where it has to go; undefined where that is clear. */
  #held: Item[] | undefined;
  /** In doubt, and the buffer has no room: nobody can say whether they are stored until the store is back. */
  #stuck: Item[] = [];
  #diverting = 0;
  #idle: Deferred<void> | undefined;
  #ended: DynoError | undefined;
  #refusal: unknown;
  #isClosing = false;
  /** The store lost something during an outage that was not the first to bring it home. */
  #mustRepeat = false;
  #draining: Promise<void> = Promise.resolve();
  readonly #totals = { outages: 0, events: 0, refused: 0 };
  readonly leftover: Diverted | undefined;

  constructor(options: FallbackOptions) {
    this.#options = options;
    this.#home = options.home;
    this.#buffer = options.buffer;
    this.#release = createSpoolRelease({ ...options, onLoss: () => this.#bringHomeAgain() });
    this.#way = createWayHome({ ...options, onHome: () => this.#release.taken() });
    if (this.#buffer.events === 0) return;
    this.#outage = createOutage(options.clock.epochMs(), undefined);
    this.leftover = diverted(this.#outage, this.#buffer.at, "stored");
  }

  start(): void {
    if (this.#outage !== undefined) this.#draining = this.#drain(this.#outage);
  }

  append(batch: readonly PreparedEvent[], level: AckLevel): Promise<string | Diverted> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const done = deferred<string | Diverted>();
    this.#route({ number: ++this.#lastNumber, batch, level, done, isInDoubt: false, entry: undefined });
    return done.promise;
  }

  #route(item: Item): void {
    if (this.#held !== undefined) this.#held.push(item);
    else if (this.#outage === undefined) this.#send(item);
    else void this.#divert(item, this.#outage);
  }

  #send(item: Item): void {
    this.#underWay.push(item);
    this.#home.append(item.batch, item.level).then(
      (entry) => this.#onStored(item, entry),
      (error: unknown) => this.#onRejected(item, error),
    );
  }

  #onStored(item: Item, entry: string): void {
    item.entry = entry;
    item.done.resolve(entry);
    // Before an outage began nothing was in doubt; afterwards only the outage knows.
    while (this.#underWay[0]?.entry !== undefined) this.#settledEntry = this.#underWay.shift()?.entry;
  }

  #onRejected(item: Item, error: unknown): void {
    this.#underWay.splice(this.#underWay.indexOf(item), 1);
    if (!isOutage(error)) {
      if (isFencing(error)) this.#end(error);
      return item.done.reject(error);
    }
    item.isInDoubt = !isRefusal(error);
    if (this.#outage === undefined) this.#begin(error);
    if (this.#outage !== undefined && this.#held === undefined) void this.#divert(item, this.#outage);
    else this.#rejected.push(item);
  }

  #begin(cause: unknown): void {
    this.#totals.outages++;
    this.#outage = createOutage(this.#options.clock.epochMs(), this.#settledEntry, cause);
    this.#held = [];
    this.#draining = this.#turnAway(this.#outage).then((outage) => this.#drain(outage));
  }

  /** All rejections of one failure come together; then they are put in their order, and what came later behind them. */
  async #turnAway(outage: Outage): Promise<Outage> {
    await turn();
    for (let items = this.#takeRejected(); items.length > 0; items = this.#takeRejected()) {
      // One by one: what follows one for which there is no room must not overtake it.
      for (const item of items) await this.#divert(item, outage);
    }
    this.#letGo();
    return outage;
  }

  #takeRejected(): Item[] {
    return this.#rejected.splice(0).toSorted((a, b) => a.number - b.number);
  }

  /** What was held back goes where things go now. */
  #letGo(): void {
    const items = [...this.#takeRejected(), ...(this.#held ?? [])];
    this.#held = undefined;
    for (const item of items) this.#route(item);
  }

  async #divert(item: Item, outage: Outage): Promise<void> {
    if (this.#stuck.length > 0) return this.#refuse(item, this.#refusal);
    this.#diverting++;
    try {
      const level = await this.#buffer.append(item.batch, item.level);
      this.#totals.events += item.batch.length;
      this.#refusal = undefined;
      item.done.resolve(diverted(outage, this.#buffer.at, level));
    } catch (error) {
      this.#refuse(item, error);
    } finally {
      this.#diverting--;
      if (this.#diverting === 0) this.#idle?.resolve();
    }
  }

  #refuse(item: Item, error: unknown): void {
    this.#refusal = error;
    if (item.isInDoubt && !this.#isClosing) {
      this.#stuck.push(item);
      return;
    }
    this.#totals.refused += item.batch.length;
    item.done.reject(item.isInDoubt ? inDoubt(error) : error);
  }

  /** Tries until everything is home, however long it takes. */
  async #drain(outage: Outage): Promise<void> {
    const { signal } = this.#stop;
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
      try {
        await this.#bringHome(outage);
        return;
      } catch (error) {
        if (isFencing(error)) this.#end(error);
        outage.cause = error;
        this.#letGo();
        if (this.#ended !== undefined) return;
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #bringHome(outage: Outage): Promise<void> {
    const { signal } = this.#stop;
    const { maxBatch, inFlight } = this.#options.knobs;
    await this.#way.regain(outage, signal);
    while (this.#held === undefined) {
      await this.#way.sendBuffered(outage, signal);
      if (this.#buffer.events > maxBatch * inFlight) continue;
      this.#held = [];
      await this.#whenIdle();
    }
    await this.#way.sendBuffered(outage, signal);
    await this.#settleStuck(outage);
    // Something that was sent before all this was rejected only now: it has its turn first.
    if (this.#rejected.length > 0) throw new DynoError("unavailable", "the store rejected a batch late");
    this.#finish(outage);
  }

  /** Resolves when nothing is on its way into the buffer. */
  async #whenIdle(): Promise<void> {
    if (this.#diverting === 0) return;
    this.#idle = deferred();
    await this.#idle.promise;
    this.#idle = undefined;
  }

  /** The store is back, so it is known by now whether it has them. */
  async #settleStuck(outage: Outage): Promise<void> {
    for (let item = this.#stuck[0]; item !== undefined; item = this.#stuck[0]) {
      await this.#way.sendOne(item.batch, item.level, outage);
      this.#stuck.shift();
      item.done.resolve({ at: "store", level: item.level });
    }
  }

  #finish(outage: Outage): void {
    outage.endedWith = this.#way.level;
    outage.known.clear();
    this.#settledEntry = outage.after ?? this.#settledEntry;
    this.#outage = undefined;
    this.#refusal = undefined;
    this.#home.resumed();
    this.#letGo();
    if (this.#mustRepeat) void this.#bringHomeAgain().catch(this.#options.onError);
    else this.#release.drained();
  }

  /** The store lost what it had acknowledged: everything that the buffer still holds is brought home again. */
  async #bringHomeAgain(): Promise<void> {
    if (this.#ended !== undefined || this.#stop.signal.aborted) return;
    this.#mustRepeat = this.#outage !== undefined;
    if (this.#mustRepeat) return;
    this.#totals.outages++;
    const outage = createOutage(this.#options.clock.epochMs(), undefined);
    this.#outage = outage;
    this.#held = [];
    this.#release.rewound();
    // A buffer that cannot be read from its beginning is tried again by the drain; nobody may wait for it meanwhile.
    await this.#buffer.rewind().catch(this.#options.onError);
    this.#letGo();
    this.#draining = this.#drain(outage);
  }

  #end(error: DynoError): void {
    this.#ended ??= error;
    const waiting = [...this.#stuck.splice(0), ...this.#takeRejected(), ...(this.#held?.splice(0) ?? [])];
    for (const item of waiting) item.done.reject(error);
  }

  leftovers(): AsyncIterable<readonly StoredEvent[]> {
    return this.#buffer.contents();
  }

  health(): HealthPart {
    const [ended, outage, refusal] = [this.#ended, this.#outage, this.#refusal];
    return healthOfSpool({ buffer: this.#buffer, ended, outage, refusal });
  }

  counters(): Readonly<Record<string, number>> {
    const { outages, events, refused } = this.#totals;
    const { drained, found } = this.#way.totals;
    return {
      spool_outages: outages,
      spool_events: events,
      spool_drained: drained,
      spool_found_at_home: found,
      spool_refused: refused,
      spool_waiting: this.#buffer.events,
      spool_bytes: this.#buffer.bytes,
    };
  }

  beginClose(): void {
    this.#isClosing = true;
    for (const item of this.#stuck.splice(0)) item.done.reject(inDoubt(this.#refusal));
  }

  async close(): Promise<void> {
    this.beginClose();
    if (this.#buffer.at === "memory" && this.#outage !== undefined) {
      await Promise.race([this.#draining, sleep(this.#options.closeMs)]);
    }
    this.#stop.abort();
    await this.#draining;
    await this.#release.stop();
    if (this.#buffer.at === "memory" && this.#buffer.events > 0) {
      const text = `${this.#buffer.events} events that waited in memory for their store are lost: the engine was closed`;
      this.#options.onError(new DynoError("unavailable", text));
    }
    await this.#buffer.close();
  }
}
