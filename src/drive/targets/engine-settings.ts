import { z } from "zod";
import { count, durationMs, ratio, sizeBytes } from "../../base/unit-schema.ts";
import { knobs } from "../../engine/config.ts";

/** What of the engine can be tuned by its name alone, and where it stands in a scenario. */
export const engineKnobs = { path: ["target", "knobs"], list: knobs } as const;

const knobShape = Object.fromEntries(
  knobs.map(({ name, meaning, unit, min, max, default: standard }) => [
    name,
    z.int().min(min).max(max).optional().describe(`${meaning} (${unit}; default ${standard})`),
  ]),
);

const keys = z.discriminatedUnion("distribution", [
  z.strictObject({
    distribution: z.literal("uniform"),
    count: count({ min: 1, max: 10_000_000 }).default(1000),
  }),
  z.strictObject({
    distribution: z.literal("zipf"),
    count: count({ min: 1, max: 1_000_000 }).default(1000),
    exponent: z.number().min(0).max(5).default(1).describe("0 is uniform; 1 is the classic law."),
  }),
]);

const group = z.strictObject({
  name: z.string().regex(/^[A-Za-z][\w-]*$/, "begin with a letter, then letters, digits, - and _ only"),
  handlerTime: durationMs(0).default(0).describe("How long the handler works on each event."),
  maxInFlight: z.int().min(1).max(100_000).default(64).describe("Handler calls under way at once."),
  perKeyOrder: z.boolean().default(false).describe("Events with the same key one after the other, in order."),
  poison: ratio().default(0).describe("Share of the events on which the handler always fails, by seed."),
  maxAttempts: z.int().min(1).max(100).default(3).describe("Tries before an event is a dead letter."),
  retryDelay: durationMs(0).default(20).describe("The longest wait before the second try; it doubles."),
});

const fallback = z.strictObject({
  kind: z.enum(["spool", "memory"]),
  maxBytes: sizeBytes({ min: 4096 }).optional().describe("What it may hold, such as 64MB."),
  after: durationMs(1000)
    .optional()
    .describe("How long the store may be away before the fallback takes over. Default: 250ms."),
});

/** The settings of the engine target: the engine on the dynamometer. */
export const engineSettings = z
  .strictObject({
    kind: z.literal("engine"),
    operation: z
      .enum(["publish", "replay"])
      .default("publish")
      .describe(
        "publish: one operation is one publish. replay: one operation reads the next page of events.",
      ),
    store: z
      .enum(["auto", "none", "memory", "log", "redis"])
      .default("auto")
      .describe("auto: Redis if there is one at hand, else the log. none: the bus alone."),
    redisUrl: z
      .string()
      .optional()
      .describe("A Redis of your own; else REDIS_URL, else one that dyno starts."),
    appendfsync: z
      .enum(["always", "everysec", "no"])
      .default("everysec")
      .describe("For a Redis that dyno starts."),
    fallback: fallback
      .optional()
      .describe("What takes events while Redis is away. Default: nothing; publishes wait, and fail in time."),
    level: z
      .enum(["accepted", "stored", "durable"])
      .optional()
      .describe("When a publish counts as done. Default: stored, or accepted without a store."),
    dedup: z.boolean().default(true).describe("Whether each event carries an idempotency key."),
    payload: sizeBytes({ min: 1, max: 16_000_000 })
      .default(256)
      .describe("Size of an event's data, such as 256B."),
    keys: keys
      .default({ distribution: "uniform", count: 1000 })
      .describe("How event keys are drawn, by seed."),
    retain: durationMs()
      .optional()
      .describe(
        "Events older than this are trimmed while the load goes on. Default: all are kept; memory: 2s.",
      ),
    subscribers: z.int().min(0).max(1000).default(1).describe("Handlers that listen on the bus."),
    topics: z.int().min(1).max(10_000).default(1).describe("Topics that events are spread over."),
    events: z
      .array(
        z.strictObject({ topic: z.string().min(1), data: z.record(z.string(), z.unknown()).default({}) }),
      )
      .default([])
      .describe(
        "What is published, drawn by seed, in place of topics and payload; the data gets the number of its operation.",
      ),
    pipelines: z
      .array(z.string().min(1))
      .default([])
      .describe(
        "Pipeline files that run on the events, named from the scenario's folder. They may use the actions reserve, release, charge, refund and work, which write down what they did.",
      ),
    until: z
      .enum(["acknowledged", "finished"])
      .default("acknowledged")
      .describe("When a publish counts as done; finished: when the run that it starts has completed."),
    groups: z
      .array(group)
      .default([])
      .describe("Consumer groups that handle the events while the load goes on."),
    process: z
      .enum(["same", "separate"])
      .optional()
      .describe(
        "separate: the engine has a process of its own, which the fault engine-kill can kill. Default: same, or separate where there is such a fault.",
      ),
    whenDown: z
      .enum(["fail", "wait"])
      .default("fail")
      .describe(
        "While the engine's own process is down, publishes fail as engine_down, or wait and are published again when it is back.",
      ),
    prefill: count({ min: 1, max: 10_000_000 })
      .default(100_000)
      .describe("replay: events written beforehand."),
    replayPage: count({ min: 1, max: 1_000_000 })
      .default(1000)
      .describe("replay: events that one operation reads."),
    knobs: z
      .strictObject(knobShape)
      .default({})
      .describe("Knobs of the engine; left out, each has its default."),
  })
  .superRefine((settings, context) => {
    const refuse = (path: string, message: string): void => {
      context.addIssue({ code: "custom", path: [path], message });
    };
    if (settings.store === "none" && settings.level !== undefined && settings.level !== "accepted") {
      refuse("level", `the bus alone cannot give ${settings.level}, only accepted; name a store`);
    }
    if (settings.store === "memory" && settings.level === "durable") {
      refuse(
        "level",
        "the memory store cannot give durable, only accepted and stored; use store: log or store: redis",
      );
    }
    if (settings.fallback !== undefined && settings.store !== "redis") {
      refuse("fallback", `only store: redis can be away, not ${settings.store}`);
    }
    if (settings.process === "separate" && settings.operation !== "publish") {
      refuse("process", `separate needs operation: publish, not ${settings.operation}`);
    }
    if (settings.process === "separate" && (settings.store === "memory" || settings.store === "none")) {
      refuse("process", `separate needs a store that can be read from outside, not ${settings.store}`);
    }
    if (settings.groups.length > 0 && (settings.store === "none" || settings.operation === "replay")) {
      refuse("groups", "groups need a store and operation: publish");
    }
    if (settings.pipelines.length > 0 && (settings.store === "none" || settings.operation === "replay")) {
      refuse("pipelines", "pipelines need a store and operation: publish");
    }
    if (
      settings.until === "finished" &&
      (settings.pipelines.length === 0 || settings.process === "separate")
    ) {
      refuse("until", "finished needs pipelines, and the engine in the trial's own process");
    }
    const names = settings.groups.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) refuse("groups", `there are two groups named ${twice}`);
    if (settings.operation === "replay" && settings.store === "none") {
      refuse("store", "there is nothing to replay without a store");
    }
  });

/** The settings after checking, in base units (bytes, counts). */
export type EngineSettings = z.output<typeof engineSettings>;
