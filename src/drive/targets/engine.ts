import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DynoError } from "../../base/errors.ts";
import type { StoreConfig } from "../../engine/config.ts";
import { streamKeys } from "../../engine/stores/redis-script.ts";
import { openRedisObserver, type RedisObserver } from "../services/redis-observer.ts";
import type { Check, Session, Target, TargetContext } from "../target.ts";
import { checkDelivery, checkStore, createLedger, type Ledger } from "./engine-checks.ts";
import { checkGroups, drainGroups } from "./engine-group-checks.ts";
import {
  type EngineHost,
  type HostConfig,
  type LocalHost,
  openLocalHost,
  retentionMs,
} from "./engine-host.ts";
import { operationOf } from "./engine-load.ts";
import { readStore } from "./engine-readback.ts";
import { openRemoteHost } from "./engine-remote.ts";
import { openReplaySession } from "./engine-replay.ts";
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
      const config = { settings, store, seed: context.seed, effectsDir: context.scratchDir };
      if (settings.operation === "replay")
        return await startReplay(await openLocalHost(config), observer, end);
      const isApart = settings.process === "separate" || context.faults.includes("engine-kill");
      const host = isApart ? await openRemoteHost(config, settings) : await openLocalHost(config);
      // What is read back must not depend on the way that was broken.
      const direct =
        store?.kind === "redis" && directUrl !== undefined ? { ...store, url: directUrl } : store;
      return startPublish(config, host, direct, observer, end);
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

async function startReplay(
  host: LocalHost,
  observer: RedisObserver | undefined,
  end: () => Promise<void>,
): Promise<Session> {
  const { settings, engine } = host;
  const { fire, check } = await openReplaySession(settings, engine);
  return {
    fire,
    ...watch(host, observer),
    stop: async () => {
      await host.close();
      await end();
      return check();
    },
  };
}

function startPublish(
  config: HostConfig,
  host: EngineHost,
  store: StoreConfig | undefined,
  observer: RedisObserver | undefined,
  end: () => Promise<void>,
): Session {
  const ledger = createLedger();
  const { settings } = config;
  return {
    fire: (n) => host.publish(n).then(() => ledger.acknowledged(n)),
    ...watch(host, observer),
    inject: (fault) => host.inject(fault),
    stop: async () => {
      try {
        await drainGroups(config, ledger, async () => (await host.usage()).counters);
        const inMemory = store?.kind === "memory" ? await checkEvents(host.replay?.(), ledger, settings) : [];
        const report = await host.close();
        const outside = store && store.kind !== "memory" ? readStore(store) : undefined;
        return [
          ...inMemory,
          ...(await checkEvents(outside, ledger, settings)),
          ...(await checkGroups(config, ledger, report)),
          checkDelivery(report),
        ];
      } finally {
        await end();
      }
    },
  };
}

async function checkEvents(
  stored: Parameters<typeof checkStore>[0] | undefined,
  ledger: Ledger,
  settings: EngineSettings,
): Promise<readonly Check[]> {
  if (stored === undefined) return [];
  return checkStore(stored, ledger, { operationOf, isTrimmed: retentionMs(settings) !== undefined });
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
