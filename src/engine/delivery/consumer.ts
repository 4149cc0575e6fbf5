import { setTimeout as sleep } from "node:timers/promises";
import { DynoError, messageOf } from "../../base/errors.ts";
import type { GroupEntry, StoreGroup } from "../store.ts";
import type { ConsumeHandler, ConsumeSettings } from "./consume-options.ts";
import { deadRecordOf, gaveUp } from "./dead-letter.ts";
import { type BegunDelivery, createDeliverySource } from "./deliver.ts";
import { type EntryReader, startEntryReader } from "./entry-reader.ts";
import { Fifo } from "./fifo.ts";
import { attemptsOf, type Job, type OpenEntry, setAttempts } from "./job.ts";
import { createLanes, type Lanes } from "./lanes.ts";
import { type OpeningOptions, openEntry } from "./open-entry.ts";
import { createRetries, type Retries } from "./retries.ts";
import { createSettler, type Settler } from "./settler.ts";
import { createTrials, type Trials } from "./trials.ts";

/** A consumer of a group, at work until it is stopped. */
export interface Consumer {
  readonly group: string;
  /**
   * Hands out no more events, aborts the signal of those under way, waits for them up to ten seconds, and records
   * where the group stands. What is not done then is handed out again when the group is consumed again.
   */
  stop(): Promise<void>;
  /** Running totals by name. */
  counters(): Readonly<Record<string, number>>;
  /** Why it cannot work now; undefined while it can. */
  trouble(): string | undefined;
}

/** What a consumer works with. */
export interface ConsumerParts {
  readonly name: string;
  readonly group: StoreGroup;
  readonly handler: ConsumeHandler;
  readonly settings: ConsumeSettings;
  readonly matches: (topic: string) => boolean;
  readonly epochMs: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Hears of what no caller waits for. */
  readonly report: (error: unknown) => void;
}

/** Entries in hand at once. */
const maxOpenEntries = 1024;
/** Events that wait for a handler, beside those under way. */
const prefetchEvents = 256;
/** Events that wait for their next try, for one of the same key, or for a trial, per handler call that may be under way. */
const parkedPerCall = 16;
const trialMs = 500;
const recordEveryMs = 1000;
const stopGraceMs = 10_000;
/** For a store that is away when all handlers have ended. */
const lastWriteGraceMs = 2000;

/** Starts a consumer. */
export function startConsumer(parts: ConsumerParts): Consumer {
  const consumer = new GroupConsumer(parts);
  consumer.start();
  return consumer;
}

class GroupConsumer implements Consumer {
  readonly #parts: ConsumerParts;
  readonly #settler: Settler;
  readonly #lanes: Lanes = createLanes();
  readonly #trials: Trials;
  readonly #open = new Map<string, OpenEntry>();
  readonly #ready = new Fifo<Job>();
  readonly #retries: Retries;
  readonly #stopping = new AbortController();
  readonly #deliveries = createDeliverySource();
  readonly #opening: OpeningOptions;
  #recording: NodeJS.Timeout | undefined;
  #reader: EntryReader | undefined;
  #inFlight = 0;
  #isPumping = false;
  /** What reading and writing last failed with; each knows only of itself when all is well again. */
  readonly #troubles = new Map<"read" | "write", unknown>();
  #lost: string | undefined;
  #stopped: Promise<void> | undefined;
  readonly #totals = { handled: 0, passed_over: 0, failures: 0, dead_letters: 0, redelivered_entries: 0 };

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    const { name: group, matches, report, settings } = parts;
    this.#opening = { group, matches, report, perKeyOrder: settings.perKeyOrder };
    this.#settler = createSettler({
      group: parts.group,
      onDone: (entries) => this.#onAcknowledged(entries),
      onTrouble: (error) => this.#troubles.set("write", error),
      onLost: (error) => this.#onLost(error),
    });
    this.#retries = createRetries({
      delayMs: parts.settings.retryDelayMs,
      random: parts.random,
      onDue: (job) => {
        this.#ready.push(job);
        this.#pump();
      },
    });
    this.#trials = createTrials({
      trialMs,
      record: (job) => this.#record(job.open),
      begun: () => {
        this.#inFlight++;
      },
      dropped: () => {
        this.#inFlight--;
      },
      call: (job) => this.#call(job, attemptsOf(job)),
    });
  }

  get group(): string {
    return this.#parts.name;
  }

  start(): void {
    this.#recording = setInterval(() => this.#recordChanged(), recordEveryMs);
    this.#recording.unref();
    const { group, settings } = this.#parts;
    this.#reader = startEntryReader({
      group,
      signal: this.#stopping.signal,
      pageEvents: prefetchEvents + settings.maxInFlight,
      hasRoom: (coming) => this.#hasRoom(coming),
      takeIn: (entries) => this.#takeIn(entries),
      onTrouble: (error) => this.#troubles.set("read", error),
      onLost: (error) => this.#onLost(error),
    });
  }

  #hasRoom(coming: readonly GroupEntry[]): boolean {
    const { maxInFlight } = this.#parts.settings;
    const parked = this.#retries.waiting + this.#lanes.waiting + this.#trials.waiting;
    let events = this.#ready.length;
    for (const entry of coming) events += entry.events.length;
    return (
      events < prefetchEvents + maxInFlight &&
      parked < parkedPerCall * maxInFlight &&
      this.#open.size + coming.length < maxOpenEntries
    );
  }

  #takeIn(entries: readonly GroupEntry[]): void {
    for (const given of entries) this.#takeInEntry(given);
    this.#pump();
  }

  #takeInEntry(given: GroupEntry): void {
    // What comes when the consumer is being stopped is handed out again with the rest.
    if (this.#stopping.signal.aborted) return;
    const { open, jobs, unreadable, passedOver } = openEntry(given, this.#opening);
    this.#open.set(given.entry, open);
    this.#totals.passed_over += passedOver;
    if (given.isLeftover) this.#totals.redelivered_entries++;
    if (open.progress.left === 0) this.#settler.done(given.entry);
    for (const { job, error } of unreadable) this.#bury(job, error);
    for (const job of jobs) if (this.#lanes.enter(job)) this.#ready.push(job);
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    const { maxInFlight } = this.#parts.settings;
    while (this.#inFlight < maxInFlight && !this.#stopping.signal.aborted) {
      const job = this.#ready.shift();
      if (job === undefined) break;
      this.#begin(job);
    }
    this.#isPumping = false;
    this.#reader?.wake();
  }

  #begin(job: Job): void {
    const attempts = attemptsOf(job);
    if (attempts >= this.#parts.settings.maxAttempts) {
      const text = `the process ended ${attempts} times while a handler had this event`;
      this.#bury(job, new DynoError("aborted", text));
    } else if (job.open.isSuspect) {
      this.#trials.admit(job);
    } else {
      this.#inFlight++;
      this.#call(job, attempts + 1);
    }
  }

  #call(job: Job, attempt: number): void {
    const delivery = this.#deliveries.begin(attempt);
    try {
      const result = this.#parts.handler(job.event, delivery);
      // A caller in JavaScript may return anything.
      if (typeof result?.then !== "function") return this.#succeeded(job, delivery);
      result.then(
        () => this.#succeeded(job, delivery),
        (error: unknown) => this.#failed(job, delivery, error),
      );
    } catch (error) {
      this.#failed(job, delivery, error);
    }
  }

  #succeeded(job: Job, delivery: BegunDelivery): void {
    this.#inFlight--;
    delivery.end();
    if (job.open.isSuspect) this.#trials.settled(job);
    this.#totals.handled++;
    this.#finish(job);
    this.#pump();
  }

  #failed(job: Job, delivery: BegunDelivery, error: unknown): void {
    this.#inFlight--;
    delivery.end();
    const isCounted = job.open.isSuspect && this.#trials.settled(job);
    if (this.#stopping.signal.aborted) {
      if (isCounted) setAttempts(job, attemptsOf(job) - 1);
      return;
    }
    this.#totals.failures++;
    if (!isCounted) setAttempts(job, attemptsOf(job) + 1);
    if (attemptsOf(job) >= this.#parts.settings.maxAttempts) {
      this.#bury(job, error);
    } else {
      this.#record(job.open).catch(() => undefined);
      this.#retries.later(job);
    }
    this.#pump();
  }

  #bury(job: Job, error: unknown): void {
    this.#totals.dead_letters++;
    const { name: group, epochMs, report } = this.#parts;
    const reason = messageOf(error);
    const stack = error instanceof Error ? error.stack : undefined;
    const attempts = attemptsOf(job);
    const letter = { group, event: job.event, attempts, reason, stack, failedAtMs: epochMs() };
    this.#settler.dead(job.open.entry, deadRecordOf(letter));
    report(gaveUp(letter, error));
    this.#finish(job);
  }

  #finish(job: Job): void {
    const { open, index } = job;
    open.progress.setDone(index);
    open.isChanged = true;
    if (open.progress.left === 0) this.#settler.done(open.entry);
    const next = this.#lanes.leave(job);
    if (next !== undefined) this.#ready.push(next);
  }

  #record(open: OpenEntry): Promise<void> {
    open.isChanged = false;
    this.#settler.progress(open.entry, () => open.progress.toText());
    return this.#settler.flushed();
  }

  /** So that a crash redelivers no more than what was done in the last second. */
  #recordChanged(): void {
    for (const open of this.#open.values()) {
      if (open.isChanged && open.progress.left > 0) this.#record(open).catch(() => undefined);
    }
  }

  #onAcknowledged(entries: readonly string[]): void {
    for (const entry of entries) this.#open.delete(entry);
    this.#reader?.wake();
  }

  #onLost(error: unknown): void {
    if (this.#lost !== undefined) return;
    this.#lost = messageOf(error);
    this.#settler.end(error);
    this.#parts.report(error);
    void this.stop();
  }

  trouble(): string | undefined {
    if (this.#lost !== undefined) return this.#lost;
    const error = this.#troubles.get("write") ?? this.#troubles.get("read");
    return error === undefined ? undefined : messageOf(error);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const reason = new DynoError("aborted", `the consumer of group ${this.group} is being stopped`);
    this.#stopping.abort(reason);
    this.#deliveries.abort(reason);
    clearInterval(this.#recording);
    this.#retries.stop();
    this.#trials.stop();
    this.#reader?.wake();
    const deadline = sleep(stopGraceMs, "late", { ref: false });
    if ((await Promise.race([this.#settled(), deadline])) === "late") {
      const text = `group ${this.group} was stopped with ${this.#inFlight} handlers under way; what they had is handed out again`;
      this.#parts.report(new DynoError("timeout", text));
    }
    this.#settler.end(new DynoError("closed", `the consumer of group ${this.group} is stopped`));
    await this.#parts.group.close();
  }

  async #settled(): Promise<void> {
    await this.#reader?.ended;
    while (this.#inFlight > 0) await sleep(1);
    if (this.#lost !== undefined) return;
    for (const open of this.#open.values()) {
      if (open.progress.left > 0) this.#record(open).catch(() => undefined);
    }
    const written = this.#settler.flushed().catch(() => undefined);
    await Promise.race([written, sleep(lastWriteGraceMs, undefined, { ref: false })]);
  }

  /** How many seconds ago the oldest event was published that is in hand and not done; 0 for none. */
  #lagSeconds(): number {
    const [oldest] = this.#open.values();
    return oldest === undefined ? 0 : Math.max(0, this.#parts.epochMs() - oldest.timeMs) / 1000;
  }

  counters(): Readonly<Record<string, number>> {
    return {
      ...this.#totals,
      in_flight: this.#inFlight,
      ready: this.#ready.length,
      retrying: this.#retries.waiting,
      waiting_for_key: this.#lanes.waiting,
      open_entries: this.#open.size,
      lag_seconds: this.#lagSeconds(),
      ...this.#parts.group.counters(),
    };
  }
}
