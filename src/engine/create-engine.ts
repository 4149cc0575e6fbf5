import { systemClock } from "../base/clock.ts";
import { requireLevel } from "./ack-levels.ts";
import { type EngineConfig, resolveKnobs } from "./config.ts";
import type { Engine } from "./engine.ts";
import { createFirstEvents } from "./first-events.ts";
import { createGroupCommit } from "./group-commit.ts";
import { StoredEngine } from "./stored-engine.ts";
import type { LogFiles } from "./stores/log-files.ts";
import { handOverMsOf, openFallback } from "./stores/open-fallback.ts";
import { openStore } from "./stores/open-store.ts";
import type { Fallback } from "./stores/spool.ts";

/** What a test puts in the place of the outside world. */
export interface EngineSeams {
  /** The disk of the spool. */
  readonly files?: LogFiles;
}

/**
 * Opens the store, reads back the dedup window, and gives the engine. Rejects with a DynoError; with `setup` where a
 * store is away, also where there is a fallback: who owns the stream, and what is in it, has to be known first.
 */
export async function createEngine(config: EngineConfig, { files }: EngineSeams = {}): Promise<Engine> {
  const knobs = resolveKnobs(config.knobs);
  const clock = config.clock ?? systemClock;
  const away = config.fallback === undefined ? {} : { handOverMs: handOverMsOf(config.fallback) };
  const opened =
    config.store === undefined ? undefined : await openStore(config.store, { knobs, clock, ...away });
  const store = opened && (config.observer?.store?.(opened) ?? opened);
  let fallback: Fallback | undefined;
  try {
    const level = config.level ?? (store === undefined ? "accepted" : "stored");
    requireLevel(level, store);
    const { dedupWindowMs: windowMs, dedupMaxKeys: maxKeys } = knobs;
    const firsts = createFirstEvents({ windowMs, maxKeys, clock });
    if (store?.features.persistent) await firsts.readBack(store, clock.epochMs() - windowMs);
    const onError = config.onError ?? (() => undefined);
    const context = { knobs, clock, onError, ...(files === undefined ? {} : { files }) };
    if (config.fallback) fallback = await openFallback(config.fallback, store, context);
    if (fallback?.leftover) await firsts.readBackDiverted(fallback.leftovers(), fallback.leftover);
    fallback?.start();
    const target = fallback ?? store;
    const commits = target === undefined ? undefined : createGroupCommit({ store: target, knobs, clock });
    return new StoredEngine({ config, clock, store, fallback, commits, firsts, level });
  } catch (thrown) {
    await fallback?.close();
    await store?.close();
    throw thrown;
  }
}
