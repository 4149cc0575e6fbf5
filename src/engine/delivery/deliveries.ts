import { DynoError } from "../../base/errors.ts";
import type { EventInput } from "../event.ts";
import type { HealthPart } from "../health.ts";
import type { Observer } from "../observer.ts";
import type { DeadRecord, EventStore, StoreGroup } from "../store.ts";
import { compileTopicPattern } from "../topic-pattern.ts";
import {
  type ConsumeHandler,
  type ConsumeOptions,
  checkGroupName,
  consumeSettings,
} from "./consume-options.ts";
import { type Consumer, startConsumer } from "./consumer.ts";
import { type DeadLetter, deadLetterOf, redriveInput } from "./dead-letter.ts";

/** Which dead letters to bring back. */
export interface RedriveOptions {
  /** Default: all. */
  readonly filter?: (letter: DeadLetter) => boolean;
  /** At most this many, the oldest first. */
  readonly limit?: number;
}

/** The consumers of an engine, and the dead letters of their groups. */
export interface Deliveries {
  consume(group: string, handler: ConsumeHandler, options?: ConsumeOptions): Promise<Consumer>;
  deadLetters(group: string): AsyncIterable<DeadLetter>;
  redrive(group: string, options?: RedriveOptions): Promise<number>;
  removeGroup(group: string): Promise<void>;
  /** How each group is; `heldBy` keeps the stream above its bounds. */
  health(heldBy: string | undefined): readonly HealthPart[];
  /** The totals of all groups together; of their lags the longest. */
  counters(): Readonly<Record<string, number>>;
  readonly isConsuming: boolean;
  /** Stops all consumers. */
  close(): Promise<void>;
}

/** What the deliveries work with. */
export interface DeliveriesOptions {
  readonly store: EventStore;
  readonly epochMs: () => number;
  readonly report: (error: unknown) => void;
  /** Resolves when the event is stored. */
  readonly publish: (input: EventInput) => Promise<unknown>;
  /** Sees each call of a handler. */
  readonly observer: Observer | undefined;
}

/** Creates deliveries, without a consumer. */
export function createDeliveries(options: DeliveriesOptions): Deliveries {
  return new GroupDeliveries(options);
}

const redriveTogether = 64;

class GroupDeliveries implements Deliveries {
  readonly #options: DeliveriesOptions;
  /** A group is there from the first call of `consume` on, also while its place is being opened. */
  readonly #consumers = new Map<string, Consumer | undefined>();
  readonly #opening = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  async consume(group: string, given: ConsumeHandler, options: ConsumeOptions = {}): Promise<Consumer> {
    const settings = consumeSettings(group, options);
    const matches = rememberMatches(compileTopicPattern(settings.pattern));
    if (this.#isClosed) throw closedError(group);
    this.#refuseConsumed(group);
    this.#consumers.set(group, undefined);
    try {
      const { store, epochMs, report, observer } = this.#options;
      const handler = observed(observer, group, given);
      const { from, claimAfterMs } = settings;
      const opened = await this.#open(group, () => store.groups.open(group, { from, claimAfterMs, report }));
      const parts = { name: group, group: opened, handler, settings, matches, epochMs, report };
      const consumer = this.#forgetting(startConsumer({ ...parts, random: Math.random }));
      this.#consumers.set(group, consumer);
      return consumer;
    } catch (error) {
      this.#consumers.delete(group);
      throw error;
    }
  }

  /** A group that is open only when the engine has been closed is closed again. */
  async #open(group: string, open: () => Promise<StoreGroup>): Promise<StoreGroup> {
    const opening = open().then(async (opened) => {
      if (!this.#isClosed) return opened;
      await opened.close();
      throw closedError(group);
    });
    const settled = opening.then(
      () => undefined,
      () => undefined,
    );
    this.#opening.add(settled);
    return opening.finally(() => this.#opening.delete(settled));
  }

  #refuseConsumed(group: string): void {
    if (!this.#consumers.has(group)) return;
    throw new DynoError(
      "conflict",
      `group ${group} is consumed by this engine already; stop that consumer first, or raise its maxInFlight`,
    );
  }

  /** A consumer that leaves room for another of its group when it is stopped. */
  #forgetting(consumer: Consumer): Consumer {
    const { group } = consumer;
    const stop = (): Promise<void> =>
      consumer.stop().finally(() => {
        if (this.#consumers.get(group) === kept) this.#consumers.delete(group);
      });
    const kept: Consumer = {
      group,
      stop,
      counters: () => consumer.counters(),
      trouble: () => consumer.trouble(),
    };
    return kept;
  }

  async *deadLetters(group: string): AsyncGenerator<DeadLetter> {
    checkGroupName(group);
    for await (const record of this.#options.store.groups.dead(group)) yield deadLetterOf(record);
  }

  /** What is there now; an event that dies again meanwhile is not taken twice. */
  async redrive(
    group: string,
    { filter, limit = Number.POSITIVE_INFINITY }: RedriveOptions = {},
  ): Promise<number> {
    checkGroupName(group);
    const { groups } = this.#options.store;
    const beganAtMs = this.#options.epochMs();
    let chosen: { readonly record: DeadRecord; readonly letter: DeadLetter }[] = [];
    let redriven = 0;
    const send = async (): Promise<void> => {
      await Promise.all(chosen.map(({ letter }) => this.#options.publish(redriveInput(letter))));
      const records = chosen.map(({ record }) => record);
      await groups.removeDead(group, records);
      redriven += chosen.length;
      chosen = [];
    };
    for await (const record of groups.dead(group)) {
      if (redriven + chosen.length >= limit) break;
      const letter = deadLetterOf(record);
      if (letter.failedAtMs > beganAtMs || filter?.(letter) === false) continue;
      chosen.push({ record, letter });
      if (chosen.length >= redriveTogether) await send();
    }
    if (chosen.length > 0) await send();
    return redriven;
  }

  async removeGroup(group: string): Promise<void> {
    checkGroupName(group);
    this.#refuseConsumed(group);
    await this.#options.store.groups.remove(group);
  }

  health(heldBy: string | undefined): readonly HealthPart[] {
    const running = this.#running();
    const parts = running.map((consumer) => healthOfConsumer(consumer, consumer.group === heldBy));
    if (heldBy === undefined || running.some(({ group }) => group === heldBy)) return parts;
    const detail = `nobody consumes it, and ${heldText}; a group that is no longer needed can be removed`;
    return [...parts, { part: `group ${heldBy}`, status: "degraded", detail }];
  }

  #running(): Consumer[] {
    return [...this.#consumers.values()].filter((consumer) => consumer !== undefined);
  }

  counters(): Readonly<Record<string, number>> {
    const totals: Record<string, number> = {};
    for (const consumer of this.#running()) {
      for (const [name, value] of Object.entries(consumer.counters())) {
        const before = totals[`group_${name}`] ?? 0;
        totals[`group_${name}`] = name === "lag_seconds" ? Math.max(before, value) : before + value;
      }
    }
    return totals;
  }

  get isConsuming(): boolean {
    return this.#consumers.size > 0;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#opening);
    await Promise.all(this.#running().map((consumer) => consumer.stop()));
  }
}

function closedError(group: string): DynoError {
  return new DynoError("closed", `the engine is closed; group ${group} is not consumed`);
}

const heldText = "it keeps the stream above its bound with events that it has not acknowledged";

function healthOfConsumer(consumer: Consumer, holds: boolean): HealthPart {
  const part = `group ${consumer.group}`;
  const trouble = consumer.trouble();
  if (trouble !== undefined) return { part, status: "down", detail: trouble };
  const { handled = 0, dead_letters = 0, in_flight = 0, lag_seconds = 0 } = consumer.counters();
  const figures = `${handled} events handled, ${in_flight} under way, ${dead_letters} given up, ${lag_seconds} s behind`;
  if (holds) return { part, status: "degraded", detail: `${heldText}: ${figures}` };
  return { part, status: "ok", detail: figures };
}

/** A handler that the observer sees at work; the handler itself where none wants to. */
function observed(observer: Observer | undefined, name: string, handler: ConsumeHandler): ConsumeHandler {
  const { around } = observer ?? {};
  if (around === undefined) return handler;
  return (event, delivery) => {
    const { attempt } = delivery;
    return around({ kind: "group", name, event, attempt }, () => handler(event, delivery));
  };
}

const rememberedTopics = 10_000;

/** A pattern that looks at each topic once. */
function rememberMatches(matches: (topic: string) => boolean): (topic: string) => boolean {
  const known = new Map<string, boolean>();
  return (topic) => {
    const before = known.get(topic);
    if (before !== undefined) return before;
    if (known.size >= rememberedTopics) known.clear();
    const matched = matches(topic);
    known.set(topic, matched);
    return matched;
  };
}
