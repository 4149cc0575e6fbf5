import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { DynoError } from "../../base/errors.ts";
import type { FallbackConfig, StoreConfig } from "../../engine/config.ts";
import type { StoredEvent } from "../../engine/store.ts";
import { streamKeys } from "../../engine/stores/redis-script.ts";
import { openRedisObserver, type RedisObserver } from "../services/redis-observer.ts";
import type { Check, Session, Target, TargetContext } from "../target.ts";
import { checkDelivery, checkStore, createLedger, type Ledger } from "./engine-checks.ts";
import { readEffects } from "./engine-effects.ts";
import { checkGroups, drainGroups } from "./engine-group-checks.ts";
import {
  type EngineHost,
  type HostConfig,
  type LocalHost,
  openLocalHost,
  retentionMs,
} from "./engine-host.ts";
import { operationOf } from "./engine-load.ts";
import { stepEffectsPath } from "./engine-pipelines.ts";
import { readStore } from "./engine-readback.ts";
import { openRemoteHost } from "./engine-remote.ts";
import { openReplaySession } from "./engine-replay.ts";
import { checkRuns, createRunReader, type RunRules } from "./engine-run-checks.ts";
import type { EngineSettings } from "./engine-settings.ts";

/** The engine on the dynamometer: one operation is one publish, or the replay of one page. */
export const engineTarget: Target<EngineSettings> = {
  start: async (settings, context) => {
    const store = storeConfig(settings, context);
    const directUrl = context.services.redisDirectUrl;
    const observer = store?.kind === "redis" ? await openRedisObserver(directUrl ?? store.url) : undefined;
    const end = async (): Promise<void> => {
      if (store?.kind === "redis") await observer?.remove(store.stream, streamKeys(store.stream));
      observer?.close();
    };
    try {
      const fallback = fallbackConfig(settings, context);
      const config = {
        settings: withFiles(settings, context),
        store,
        seed: context.seed,
        effectsDir: context.scratchDir,
        ...(fallback ? { fallback } : {}),
      };
      if (settings.operation === "replay")
        return await startReplay(await openLocalHost(config), observer, end, context.verifies);
      const isApart = settings.process === "separate" || context.faults.includes("engine-kill");
      const host = isApart ? await openRemoteHost(config, settings) : await openLocalHost(config);
      // What is read back must not depend on the way that was broken.
      const direct =
        store?.kind === "redis" && directUrl !== undefined ? { ...store, url: directUrl } : store;
      const homes = { store: direct, spoolDir: fallback?.kind === "spool" ? fallback.dir : undefined };
      if (!context.verifies) return startUnchecked(host, observer, end);
      const rules = { mayFail: context.faults.some((kind) => kind.startsWith("handler-")) };
      return startPublish(config, host, homes, rules, observer, end);
    } catch (error) {
      observer?.close();
      throw error;
    }
  },
};

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

/** Pipeline files are named from the scenario's folder. */
function withFiles(settings: EngineSettings, { scenarioDir }: TargetContext): EngineSettings {
  return { ...settings, pipelines: settings.pipelines.map((file) => resolve(scenarioDir, file)) };
}

function fallbackConfig(
  { fallback }: EngineSettings,
  { scratchDir }: TargetContext,
): FallbackConfig | undefined {
  if (fallback === undefined) return undefined;
  const { kind, maxBytes, after: afterMs } = fallback;
  const bounds = { ...(maxBytes ? { maxBytes } : {}), ...(afterMs ? { afterMs } : {}) };
  return kind === "memory" ? { kind, ...bounds } : { kind, dir: join(scratchDir, "spool"), ...bounds };
}

/** Where events of the load can be when the engine is closed. */
interface Homes {
  readonly store: StoreConfig | undefined;
  readonly spoolDir: string | undefined;
}

async function startReplay(
  host: LocalHost,
  observer: RedisObserver | undefined,
  end: () => Promise<void>,
  verifies: boolean,
): Promise<Session> {
  const { settings, engine } = host;
  const { fire, check } = await openReplaySession(settings, engine);
  return {
    fire,
    ...watch(host, observer),
    stop: async () => {
      await host.close();
      await end();
      return verifies ? check() : [];
    },
  };
}

/** Publishes, keeps no book of it, and reads nothing back. */
function startUnchecked(
  host: EngineHost,
  observer: RedisObserver | undefined,
  end: () => Promise<void>,
): Session {
  return {
    fire: (n) => host.publish(n),
    ...watch(host, observer),
    inject: (fault) => host.inject(fault),
    stop: async () => {
      try {
        await host.close();
        return [];
      } finally {
        await end();
      }
    },
  };
}

function startPublish(
  config: HostConfig,
  host: EngineHost,
  { store, spoolDir }: Homes,
  rules: RunRules,
  observer: RedisObserver | undefined,
  end: () => Promise<void>,
): Session {
  const ledger = createLedger();
  const { settings } = config;
  return {
    fire: (n) => host.publish(n).then(() => ledger.acknowledged(n)),
    ...watch(host, observer),
    network: () => host.network?.(),
    inject: (fault) => host.inject(fault),
    stop: async () => {
      try {
        await drainGroups(config, ledger, async () => (await host.usage()).counters);
        const inMemory = store?.kind === "memory" ? await checkEvents(host.replay?.(), ledger, settings) : [];
        const report = await host.close();
        const runs = createRunReader(operationOf);
        const outside = store && store.kind !== "memory" ? watched(readStore(store), runs.read) : undefined;
        const spooled = spoolDir === undefined ? undefined : readStore({ kind: "log", dir: spoolDir });
        return [
          ...inMemory,
          ...(await checkEvents(outside, ledger, settings, spooled)),
          ...(await checkGroups(config, ledger, report)),
          ...(settings.pipelines.length === 0 || outside === undefined
            ? []
            : checkRuns(
                runs.evidence(),
                ledger,
                (await readEffects(stepEffectsPath(config.effectsDir))).lines,
                rules,
              )),
          checkDelivery(report),
        ];
      } finally {
        await end();
      }
    },
  };
}

/** Passes events on, and lets somebody look at each. */
async function* watched(
  stored: AsyncIterable<readonly StoredEvent[]>,
  look: (event: StoredEvent) => void,
): AsyncGenerator<readonly StoredEvent[]> {
  for await (const batch of stored) {
    batch.forEach(look);
    yield batch;
  }
}

async function checkEvents(
  stored: Parameters<typeof checkStore>[0] | undefined,
  ledger: Ledger,
  settings: EngineSettings,
  spooled?: AsyncIterable<readonly StoredEvent[]>,
): Promise<readonly Check[]> {
  if (stored === undefined) return [];
  const options = { operationOf, isTrimmed: retentionMs(settings) !== undefined };
  return checkStore(stored, ledger, { ...options, ...(spooled ? { spooled } : {}) });
}

/** What is counted, and what is used outside the trial's process: by Redis, and by an engine that is apart. */
function watch(
  host: EngineHost,
  observer: RedisObserver | undefined,
): Required<Pick<Session, "counters" | "outsideCpuMicros">> | Pick<Session, "counters"> {
  const counters = async (): Promise<Readonly<Record<string, number>>> => ({
    ...(await host.usage()).counters,
    ...(await observer?.counters().catch(() => ({}))),
  });
  if (observer === undefined && !host.isApart) return { counters };
  return {
    counters,
    outsideCpuMicros: async () =>
      ((await host.usage()).cpuMicros ?? 0) + ((await observer?.cpuMicros()) ?? 0),
  };
}
