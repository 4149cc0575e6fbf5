import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DynoError } from "../../base/errors.ts";
import type { FallbackConfig, Knobs, StoreContext } from "../config.ts";
import { type HomeStore, isHomeStore } from "../fallback.ts";
import type { EventStore } from "../store.ts";
import { openLogStore } from "./log.ts";
import type { LogFiles } from "./log-files.ts";
import { createFallback, type Fallback } from "./spool.ts";
import type { SpoolBuffer } from "./spool-buffer.ts";
import { openDiskBuffer } from "./spool-disk.ts";
import { createMemoryBuffer } from "./spool-memory.ts";

const mebibyte = 1_048_576;

/** Redis delays a write by up to 2 s while a sync is under way, and that takes its time as well. */
const settleMs = 5000;

/** How long a store may be away before its fallback takes over, in ms. Throws a DynoError `usage`. */
export function handOverMsOf({ afterMs = 250 }: FallbackConfig): number {
  if (Number.isFinite(afterMs) && afterMs >= 1) return afterMs;
  throw new DynoError("usage", `fallback.afterMs must be a number of milliseconds from 1 on, not ${afterMs}`);
}

/** What a fallback is given beside its settings. */
export interface FallbackContext extends StoreContext {
  readonly onError: (error: unknown) => void;
  readonly files?: LogFiles;
}

/**
 * Opens the fallback of a store, and begins to bring home what a spool holds from before. Rejects with a DynoError
 * `unsupported` for a store that is never away, and what a log store's opening rejects with.
 */
export async function openFallback(
  config: FallbackConfig,
  home: EventStore | undefined,
  context: FallbackContext,
): Promise<Fallback> {
  if (home === undefined || !isHomeStore(home)) {
    const name = home === undefined ? "an engine without a store" : `the ${home.name} store`;
    throw new DynoError("unsupported", `${name} cannot have a fallback: it is never away. Only redis can`);
  }
  const buffer = await openBuffer(config, home.identity, context);
  const closeMs = 4 * handOverMsOf(config);
  return createFallback({ ...context, home: home satisfies HomeStore, buffer, settleMs, closeMs });
}

async function openBuffer(
  config: FallbackConfig,
  identity: string,
  context: FallbackContext,
): Promise<SpoolBuffer> {
  if (config.kind === "memory") return createMemoryBuffer(config.maxBytes ?? 64 * mebibyte);
  const { dir, maxBytes = 1024 * mebibyte } = config;
  const knobs = { ...context.knobs, segmentBytes: segmentBytesFor(maxBytes, context.knobs) };
  const log = await openLogStore({ kind: "log", dir }, { knobs, clock: context.clock }, context.files);
  try {
    const buffer = await openDiskBuffer({ log, dir, maxBytes, ...context.knobs });
    await claimFor(identity, dir, buffer.events);
    return buffer;
  } catch (thrown) {
    await log.close();
    throw thrown;
  }
}

/** A spool belongs to one stream as long as there is something in it. */
async function claimFor(identity: string, dir: string, events: number): Promise<void> {
  const path = join(dir, "home");
  const before = await readFile(path, "utf8").catch(() => identity);
  if (before !== identity && events > 0) {
    const text = `the spool in ${dir} holds ${events} events for ${before}, not for ${identity}: open an engine on that to bring them home, or name another folder`;
    throw new DynoError("conflict", text);
  }
  await writeFile(path, identity, { flush: true });
}

/** Room comes back a file at a time, so a small spool has small files. */
function segmentBytesFor(maxBytes: number, { segmentBytes }: Knobs): number {
  return Math.max(4096, Math.min(segmentBytes, Math.floor(maxBytes / 8)));
}
