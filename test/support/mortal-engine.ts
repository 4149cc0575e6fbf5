import { setImmediate as turn } from "node:timers/promises";
import type { Engine } from "../../src/engine/engine.ts";
import type { EventInput } from "../../src/engine/event.ts";
import type { StoredEvent } from "../../src/engine/store.ts";
import { compileTopicPattern } from "../../src/engine/topic-pattern.ts";
import { createUlidSource } from "../../src/engine/ulid.ts";

/** What pipelines use of an engine. */
export type PipelineEngine = Pick<Engine, "publish" | "consume" | "replay">;

/** The life of one process on a store that outlives it. */
export interface Life {
  readonly engine: PipelineEngine;
  /** After its death nothing of this process has an effect any more; an action must look. */
  readonly isDead: () => boolean;
  /** Resolves at its death. */
  readonly died: Promise<void>;
  kill(): void;
}

/** Events and acknowledgements in memory that outlive the processes that write them. */
export interface OutlivingStore {
  readonly events: readonly StoredEvent[];
  /** The events on `$run.` topics. */
  records(): readonly StoredEvent[];
  /** Begins a process, which is killed as soon as so many of its own events on `$run.` topics are stored. */
  begin(killAfterRecords?: number): Life;
}

export function createOutlivingStore(epochMs: () => number): OutlivingStore {
  const events: StoredEvent[] = [];
  const nextId = createUlidSource(epochMs);
  const acknowledged = new Map<string, Set<string>>();
  const keys = new Set<string>();

  const store = (input: EventInput): StoredEvent => {
    const position = { entry: String(events.length).padStart(8, "0"), index: 0 };
    const data: unknown = JSON.parse(JSON.stringify(input.data ?? null));
    const event = { ...input, id: nextId(), timeMs: epochMs(), data, position };
    events.push(event);
    return event;
  };

  const begin = (killAfterRecords = Number.POSITIVE_INFINITY): Life => {
    let isDead = false;
    let recorded = 0;
    let onDeath = (): void => undefined;
    const died = new Promise<void>((resolve) => {
      onDeath = resolve;
    });
    const kill = (): void => {
      isDead = true;
      onDeath();
    };
    const listeners: ((event: StoredEvent) => void)[] = [];
    const never = new Promise<never>(() => undefined);
    // Stored only after a turn, and in order, so that who does not wait for it is found out.
    let before: Promise<unknown> = Promise.resolve();
    const publish = (input: EventInput): Promise<never> => {
      const stored = before.then(() => turn()).then(() => storeOne(input));
      before = stored.catch(() => undefined);
      return stored.then((receipt) => (receipt === undefined ? never : (receipt as never)));
    };
    const storeOne = (input: EventInput): object | undefined => {
      if (isDead) return undefined;
      const isDuplicate = input.idempotencyKey !== undefined && keys.has(input.idempotencyKey);
      if (input.idempotencyKey !== undefined) keys.add(input.idempotencyKey);
      const event = isDuplicate ? events[0] : store(input);
      if (input.topic.startsWith("$run.") && ++recorded >= killAfterRecords) kill();
      if (isDead || event === undefined) return undefined;
      if (!isDuplicate) for (const listener of listeners) queueMicrotask(() => listener(event));
      return { id: event.id, level: "stored", position: event.position, duplicate: isDuplicate };
    };
    const consume: PipelineEngine["consume"] = async (group, handler, options) => {
      const done = acknowledged.get(group) ?? new Set<string>();
      acknowledged.set(group, done);
      const matches = compileTopicPattern(options?.pattern ?? ">");
      const signal = new AbortController().signal;
      const deliver = (event: StoredEvent): void => {
        if (isDead || done.has(event.id) || !matches(event.topic)) return;
        const handled = async (): Promise<void> => handler(event as never, { attempt: 1, signal });
        handled().then(
          () => void (isDead || done.add(event.id)),
          () => undefined,
        );
      };
      for (const event of events) queueMicrotask(() => deliver(event));
      listeners.push(deliver);
      return { group, stop: async () => undefined, counters: () => ({}), trouble: () => undefined };
    };
    const replay: PipelineEngine["replay"] = async function* (options) {
      const from = options?.after === undefined ? 0 : Number(options.after.entry) + 1;
      yield events.slice(from);
    };
    return {
      engine: { publish: publish as PipelineEngine["publish"], consume, replay },
      isDead: () => isDead,
      died,
      kill,
    };
  };
  return { events, records: () => events.filter(({ topic }) => topic.startsWith("$run.")), begin };
}
