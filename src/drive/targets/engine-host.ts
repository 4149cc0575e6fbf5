import { closeAll } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import { deriveSeed } from "../../base/random.ts";
import type { FallbackConfig, Knobs, StoreConfig } from "../../engine/config.ts";
import { createEngine } from "../../engine/create-engine.ts";
import type { Engine } from "../../engine/engine.ts";
import type { StoredEvent } from "../../engine/store.ts";
import type { NetworkCourse } from "../../measure/network-course.ts";
import type { Fault } from "../../scenario/fault.ts";
import { createHandlerFaults } from "../faults/handler-faults.ts";
import type { Counters, EndFault } from "../target.ts";
import { type BoundedDisk, createBoundedDisk } from "./engine-disk.ts";
import { startGroups } from "./engine-groups.ts";
import { createEngineLoad, loadPattern, operationOf } from "./engine-load.ts";
import { startPipelines } from "./engine-pipelines.ts";
import type { EngineSettings } from "./engine-settings.ts";

/** An application with the engine in it: it publishes when it is told to, and its handlers listen. */
export interface EngineHost {
  /** Whether it has a process of its own. */
  readonly isApart: boolean;
  /** Publishes the event of operation number `n`; resolves when it is acknowledged. */
  publish(n: number): Promise<unknown>;
  usage(): Promise<HostUsage> | HostUsage;
  /** Rejects with a DynoError where this host cannot do it. */
  inject(fault: Fault): Promise<EndFault>;
  /** What the engine itself says that it holds; only where it can be asked directly. */
  replay?(): AsyncIterable<readonly StoredEvent[]>;
  /** The breakers of its pipelines, in ms since 1970; only where they can be asked directly. */
  network?(): NetworkCourse | undefined;
  /** Stores what was accepted and closes the engine. */
  close(): Promise<HostReport>;
}

/** What a host counted and used. */
export interface HostUsage {
  readonly counters: Counters;
  /** Processor time of the host's own process; undefined where that is the trial's. */
  readonly cpuMicros?: number;
}

/** What a host's handlers saw since the engine was started last. */
export interface HostReport {
  readonly published: number;
  /** For each handler, how many events it got. */
  readonly delivered: readonly number[];
  readonly handlerErrors: number;
  /** Of these, the ones that the scenario asked for. */
  readonly askedErrors: number;
  /** For each group, the operations whose events it has given up. */
  readonly deadLetters: Readonly<Record<string, readonly number[]>>;
  /** Why the host came to its end before it was closed. */
  readonly ended?: string;
}

/** What a host is made of. Plain JSON, so that it can be made in another process. */
export interface HostConfig {
  readonly settings: EngineSettings;
  readonly store: StoreConfig | undefined;
  readonly fallback?: FallbackConfig;
  readonly seed: number;
  /** A folder for what handlers write down. */
  readonly effectsDir: string;
}

/** A host in this process; its engine can be asked directly. */
export interface LocalHost extends EngineHost {
  readonly engine: Engine;
  readonly settings: EngineSettings;
}

/** Opens the engine, with its handlers, in this process. Rejects with a DynoError. */
export async function openLocalHost(config: HostConfig): Promise<LocalHost> {
  const { settings, seed, effectsDir } = config;
  const disk = createBoundedDisk();
  const engine = await openEngine(config, disk);
  const load = createEngineLoad(settings, seed);
  const faults = createHandlerFaults(deriveSeed(seed, "handlers"));
  const pattern = loadPattern(settings);
  const delivered = new Array<number>(settings.subscribers).fill(0);
  for (let i = 0; i < settings.subscribers; i++) {
    engine.subscribe(pattern, (event) => {
      if (operationOf(event) === undefined) return;
      delivered[i] = (delivered[i] ?? 0) + 1;
      return faults.meet();
    });
  }
  // Of their own, since a group's failures are not the bus's.
  const groupFaults = createHandlerFaults(deriveSeed(seed, "groups"));
  const groups = await startGroups(engine, settings, { seed, dir: effectsDir, faults: groupFaults });
  const pipelines = await startPipelines(engine, settings, { dir: effectsDir, faults: groupFaults });
  // Pipelines publish as well.
  let acknowledged = 0;
  const publish = async (n: number): Promise<unknown> => {
    const { id, duplicate } = await engine.publish(load(n));
    if (!duplicate) acknowledged++;
    return settings.until === "finished" ? pipelines?.finished(id) : undefined;
  };
  const trimming = startTrimming(settings, engine);
  return {
    engine,
    settings,
    isApart: false,
    replay: () => engine.replay(),
    network: () => pipelines?.network(),
    publish: pipelines === undefined ? (n) => engine.publish(load(n)) : publish,
    usage: () => ({ counters: { ...engine.counters(), ...pipelines?.counters() } }),
    inject: async (fault) => {
      if (fault.kind === "handler-errors" || fault.kind === "handler-slow") {
        const ends = [faults.begin(fault), groupFaults.begin(fault)];
        return () => closeAll(ends);
      }
      if (fault.kind === "spool-full") {
        const lift = disk.limit(fault.roomBytes);
        return async () => lift();
      }
      throw new DynoError("unsupported", `the engine's host cannot do ${fault.kind}`);
    },
    close: async () => {
      await trimming.stop();
      const deadLetters = await groups.deadLetters();
      await pipelines?.close();
      await engine.close();
      await groups.close();
      const { published: all = 0, handler_errors: handlerErrors = 0 } = engine.counters();
      const published = pipelines === undefined ? all : acknowledged;
      return { published, delivered, handlerErrors, askedErrors: faults.failed, deadLetters };
    },
  };
}

/** Opens an engine as the settings say. Rejects with a DynoError `setup` where the store cannot give the level. */
async function openEngine({ settings, store, fallback }: HostConfig, disk: BoundedDisk): Promise<Engine> {
  const { level } = settings;
  const config = {
    ...(store ? { store } : {}),
    ...(fallback ? { fallback } : {}),
    ...(level ? { level } : {}),
    knobs: settings.knobs as Partial<Knobs>,
  };
  const engine = await createEngine(config, { files: disk.files });
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

/** How long events are kept where the store is to be trimmed; undefined where it is not. */
export function retentionMs({ store, retain }: EngineSettings): number | undefined {
  return retain ?? (store === "memory" ? memoryRetainMs : undefined);
}

/**
 * Keeps the store from growing without end, where it is in memory or the scenario says so. When nothing is published any
 * more it stops, so that there is something left to be held against what was acknowledged.
 */
function startTrimming(settings: EngineSettings, engine: Engine): { stop(): Promise<void> } {
  const retainMs = retentionMs(settings);
  if (retainMs === undefined) return { stop: async () => undefined };
  let trimming: Promise<void> = Promise.resolve();
  let publishedBefore = 0;
  const timer = setInterval(
    () => {
      const { published = 0 } = engine.counters();
      if (published === publishedBefore) return;
      publishedBefore = published;
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
