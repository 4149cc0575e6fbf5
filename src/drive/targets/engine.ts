import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DynoError } from "../../base/errors.ts";
import { deriveSeed } from "../../base/random.ts";
import { formatCount } from "../../base/units.ts";
import type { Knobs, StoreConfig } from "../../engine/config.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import { ownerKey } from "../../engine/stores/redis-script.ts";
import { openRedisObserver } from "../services/redis-observer.ts";
import type { Check, Session, Target, TargetContext } from "../target.ts";
import { checkStore, createLedger, type Ledger } from "./engine-checks.ts";
import { createKeys } from "./engine-keys.ts";
import type { EngineSettings } from "./engine-settings.ts";

/** The engine on the dynamometer: one operation is one publish, or the replay of one page. */
export const engineTarget: Target<EngineSettings> = {
  start: async (settings, context) => {
    const store = storeConfig(settings, context);
    const observer = store?.kind === "redis" ? await openRedisObserver(store.url) : undefined;
    const engine = await openEngine(settings, store);
    const end = async (): Promise<void> => {
      await engine.close();
      if (store?.kind === "redis") await observer?.remove([store.stream, ownerKey(store.stream)]);
      observer?.close();
    };
    const session =
      settings.operation === "replay"
        ? await replaySession(settings, engine)
        : publishSession(settings, engine, context.seed);
    return {
      fire: session.fire,
      counters: async () => ({ ...engine.counters(), ...(await observer?.counters()) }),
      ...(observer ? { outsideCpuMicros: () => observer.cpuMicros() } : {}),
      stop: async () => {
        try {
          return await session.check();
        } finally {
          await end();
        }
      },
    };
  },
};

interface EngineSession {
  readonly fire: Session["fire"];
  check(): Promise<readonly Check[]>;
}

function storeConfig(
  { store }: EngineSettings,
  { services, scratchDir }: TargetContext,
): StoreConfig | undefined {
  if (store === "none") return undefined;
  if (store === "memory") return { kind: "memory" };
  const { redisUrl } = services;
  if (store === "log" || (store === "auto" && redisUrl === undefined))
    return { kind: "log", dir: join(scratchDir, "log") };
  if (redisUrl === undefined) throw new DynoError("setup", "there is no Redis for the engine's store");
  return { kind: "redis", url: redisUrl, stream: `dyno:${randomUUID()}` };
}

async function openEngine(settings: EngineSettings, store: StoreConfig | undefined): Promise<Engine> {
  const { level } = settings;
  const engine = await createEngine({
    ...(store ? { store } : {}),
    ...(level ? { level } : {}),
    knobs: settings.knobs as Partial<Knobs>,
  });
  if (level !== undefined && engine.features !== undefined && !engine.features.levels.includes(level)) {
    await engine.close();
    throw new DynoError(
      "setup",
      `the store ${store?.kind} cannot give the level ${level} as it is set up here, only ${engine.features.levels.join(", ")}${store?.kind === "redis" ? "; for a Redis that dyno starts, set appendfsync: always" : ""}`,
    );
  }
  return engine;
}

const memoryRetainMs = 2000;

function publishSession(settings: EngineSettings, engine: Engine, seed: number): EngineSession {
  const ledger = createLedger();
  const keyOf = createKeys(settings.keys, deriveSeed(seed, "keys"));
  const run = deriveSeed(seed, "run").toString(36);
  const padding = "x".repeat(settings.payload);
  const topics = Array.from({ length: settings.topics }, (_, i) => `load.topic-${i}`);
  const usesKeys = settings.dedup && settings.store !== "none";
  const delivered = new Array<number>(settings.subscribers).fill(0);
  for (let i = 0; i < settings.subscribers; i++) {
    engine.subscribe("load.>", () => {
      delivered[i] = (delivered[i] ?? 0) + 1;
    });
  }
  const trimming = startTrimming(settings, engine);
  // JSON adds two quotes; the number in front tells the events apart when they are read back.
  const dataOf = (n: number): string => `${n}:${padding}`.slice(0, Math.max(1, settings.payload - 2));
  return {
    fire: (n) =>
      engine
        .publish({
          topic: topics[n % topics.length] ?? "load.topic-0",
          key: keyOf(n),
          ...(usesKeys ? { idempotencyKey: `${run}-${n}` } : {}),
          data: dataOf(n),
        })
        .then(() => ledger.acknowledged(n)),
    check: async () => {
      await trimming.stop();
      return checkPublished(engine, ledger, delivered);
    },
  };
}

async function checkPublished(
  engine: Engine,
  ledger: Ledger,
  delivered: readonly number[],
): Promise<readonly Check[]> {
  const { published = 0, handler_errors = 0 } = engine.counters();
  const wrong = delivered.filter((count) => count !== published).length;
  const delivery: Check = {
    name: "each subscriber got each event once",
    ok: wrong === 0 && handler_errors === 0,
    detail: `${formatCount(published)} published; subscribers with another count: ${wrong} of ${delivered.length}; handler errors: ${formatCount(handler_errors)}`,
  };
  if (engine.features === undefined) return [delivery];
  return [...(await checkStore(engine, ledger, numberOf)), delivery];
}

function numberOf(data: unknown): number {
  return Number.parseInt(String(data), 10);
}

/** Keeps the store from growing without end, where it is in memory or the scenario says so. */
function startTrimming({ store, retain }: EngineSettings, engine: Engine): { stop(): Promise<void> } {
  const retainMs = retain ?? (store === "memory" ? memoryRetainMs : undefined);
  if (retainMs === undefined) return { stop: async () => undefined };
  let trimming: Promise<void> = Promise.resolve();
  const timer = setInterval(
    () => {
      trimming = engine.trim(Date.now() - retainMs).catch(() => undefined);
    },
    Math.min(1000, retainMs / 2),
  );
  return {
    stop: async () => {
      clearInterval(timer);
      await trimming;
    },
  };
}

const prefillChunk = 10_000;

async function replaySession(settings: EngineSettings, engine: Engine): Promise<EngineSession> {
  const { prefill, replayPage, payload } = settings;
  const data = "x".repeat(Math.max(1, payload - 2));
  for (let n = 0; n < prefill; n += prefillChunk) {
    const chunk = Array.from({ length: Math.min(prefillChunk, prefill - n) }, () =>
      engine.publish({ topic: "load.replay", data }),
    );
    await Promise.all(chunk);
  }
  let pages = engine.replay({ batchSize: replayPage })[Symbol.asyncIterator]();
  let events = 0;
  let rounds = 0;
  const problems: string[] = [];
  const nextPage = async (): Promise<void> => {
    const { done, value } = await pages.next();
    if (done !== true) {
      events += value.length;
      return;
    }
    if (events !== prefill) problems.push(`round ${rounds} gave ${events} of ${prefill} events`);
    rounds++;
    events = 0;
    pages = engine.replay({ batchSize: replayPage })[Symbol.asyncIterator]();
    return nextPage();
  };
  // An iterator takes one question at a time.
  let last: Promise<void> = Promise.resolve();
  return {
    fire: () => {
      last = last.catch(() => undefined).then(nextPage);
      return last;
    },
    check: async () => [
      {
        name: "each replay was whole",
        ok: problems.length === 0,
        detail:
          problems[0] ?? `${rounds} whole replays of ${prefill} events, and ${events} events of one more`,
      },
    ],
  };
}
