import { createRandom, deriveSeed } from "../../base/random.ts";
import type { EventInput } from "../../engine/event.ts";
import { createKeys } from "./engine-keys.ts";
import type { EngineSettings } from "./engine-settings.ts";

/** What operation number `n` publishes: the same for the same number and seed, in whatever process it is made. */
export type EngineLoad = (n: number) => EventInput;

/** Every event of a load that names no events has a topic that begins so. */
const loadTopics = "load.";

/** Creates the load of a trial. */
export function createEngineLoad(settings: EngineSettings, seed: number): EngineLoad {
  const keyOf = createKeys(settings.keys, deriveSeed(seed, "keys"));
  const run = deriveSeed(seed, "run").toString(36);
  const padding = "x".repeat(settings.payload);
  const topics = Array.from({ length: settings.topics }, (_, i) => `${loadTopics}topic-${i}`);
  const usesKeys = settings.dedup && settings.store !== "none";
  // JSON adds two quotes; the number in front tells the events apart when they are read back.
  const { events } = settings;
  const random = createRandom(deriveSeed(seed, "events"));
  const draws = Array.from({ length: events.length > 1 ? drawnEvents : 1 }, () =>
    random.integer(events.length),
  );
  const dataOf = (n: number): string => `${n}:${padding}`.slice(0, Math.max(1, settings.payload - 2));
  const plain: EngineLoad = (n) => ({
    topic: topics[n % topics.length] ?? `${loadTopics}topic-0`,
    key: keyOf(n),
    ...(usesKeys ? { idempotencyKey: `${run}-${n}` } : {}),
    data: dataOf(n),
  });
  if (events.length === 0) return plain;
  return (n) => {
    const event = events[draws[n % draws.length] ?? 0];
    return { ...plain(n), topic: event?.topic ?? "", data: { ...event?.data, operation: n } };
  };
}

const drawnEvents = 4096;

/** The pattern of the topics that a load publishes on. */
export function loadPattern({ events }: EngineSettings): string {
  return events.length === 0 ? `${loadTopics}>` : ">";
}

/** The number of the operation that published an event; undefined for one that is none of the load's. */
export function operationOf({
  topic,
  data,
}: {
  readonly topic: string;
  readonly data: unknown;
}): number | undefined {
  if (topic.startsWith(loadTopics)) return Number.parseInt(String(data), 10);
  if (topic.startsWith("$") || typeof data !== "object" || data === null) return undefined;
  const { operation } = data as { readonly operation?: unknown };
  return typeof operation === "number" ? operation : undefined;
}
