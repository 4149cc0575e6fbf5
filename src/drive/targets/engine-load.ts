import { deriveSeed } from "../../base/random.ts";
import type { EventInput } from "../../engine/event.ts";
import { createKeys } from "./engine-keys.ts";
import type { EngineSettings } from "./engine-settings.ts";

/** What operation number `n` publishes: the same for the same number and seed, in whatever process it is made. */
export type EngineLoad = (n: number) => EventInput<string>;

/** Every event of the load has a topic that begins so. */
export const loadTopics = "load.";

/** Creates the load of a trial. */
export function createEngineLoad(settings: EngineSettings, seed: number): EngineLoad {
  const keyOf = createKeys(settings.keys, deriveSeed(seed, "keys"));
  const run = deriveSeed(seed, "run").toString(36);
  const padding = "x".repeat(settings.payload);
  const topics = Array.from({ length: settings.topics }, (_, i) => `${loadTopics}topic-${i}`);
  const usesKeys = settings.dedup && settings.store !== "none";
  // JSON adds two quotes; the number in front tells the events apart when they are read back.
  const dataOf = (n: number): string => `${n}:${padding}`.slice(0, Math.max(1, settings.payload - 2));
  return (n) => ({
    topic: topics[n % topics.length] ?? `${loadTopics}topic-0`,
    key: keyOf(n),
    ...(usesKeys ? { idempotencyKey: `${run}-${n}` } : {}),
    data: dataOf(n),
  });
}

/** The number of the operation that published an event; undefined for one that is none of the load's. */
export function operationOf({
  topic,
  data,
}: {
  readonly topic: string;
  readonly data: unknown;
}): number | undefined {
  return topic.startsWith(loadTopics) ? Number.parseInt(String(data), 10) : undefined;
}
