import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { DynoError } from "../../base/errors.ts";
import type { GroupEntry, StoreGroup } from "../store.ts";

/** Reads a group's entries for as long as there is room for them. */
export interface EntryReader {
  /** To be told when there may be room again. */
  wake(): void;
  /** Resolves when it has ended, after the signal was aborted. */
  readonly ended: Promise<void>;
}

/** What a reader works with. */
export interface EntryReaderOptions {
  readonly group: Pick<StoreGroup, "read">;
  readonly signal: AbortSignal;
  /** Events to ask for at a time. */
  readonly pageEvents: number;
  /** Whether there is room for more after these. */
  readonly hasRoom: (coming: readonly GroupEntry[]) => boolean;
  readonly takeIn: (entries: readonly GroupEntry[]) => void;
  /** Why reading fails, and undefined when it does no longer. */
  readonly onTrouble: (error: unknown) => void;
  /** The stream has another owner. */
  readonly onLost: (error: unknown) => void;
}

const maxPageEntries = 64;
const readAgainMs = 50;
const lastReadGraceMs = 1000;
/** A store in memory never waits for anything, and would keep timers and sockets from having their turn. */
const eventsPerTurn = 1024;

/** Starts reading. A store that is away is asked again and again. */
export function startEntryReader(options: EntryReaderOptions): EntryReader {
  const { group, signal, pageEvents, hasRoom, takeIn, onTrouble, onLost } = options;
  const unlessGivenUp = createGivingUp(signal);
  let eventsPerEntry = 1;
  let onWake: (() => void) | undefined;

  const wake = (): void => {
    if (onWake === undefined || !(signal.aborted || hasRoom([]))) return;
    onWake();
    onWake = undefined;
  };
  async function readPage(): Promise<readonly GroupEntry[]> {
    if (signal.aborted) return [];
    const entries = Math.ceil(pageEvents / eventsPerEntry);
    try {
      const page = await unlessGivenUp(group.read(Math.min(Math.max(entries, 1), maxPageEntries), signal));
      onTrouble(undefined);
      return page;
    } catch (error) {
      if (error instanceof DynoError && error.code === "conflict") onLost(error);
      else onTrouble(error);
      await sleep(readAgainMs, undefined, { signal }).catch(() => undefined);
      return [];
    }
  }
  async function room(): Promise<void> {
    while (!hasRoom([]) && !signal.aborted) {
      await new Promise<void>((resolve) => {
        onWake = resolve;
      });
    }
  }
  /** While one page is worked on the next is asked for, if there is room for it. */
  async function run(): Promise<void> {
    let ahead: Promise<readonly GroupEntry[]> | undefined;
    let events = 0;
    while (!signal.aborted) {
      const page = await (ahead ?? readPage());
      for (const entry of page) {
        eventsPerEntry += (entry.events.length - eventsPerEntry) / 8;
        events += entry.events.length;
      }
      ahead = hasRoom(page) ? readPage() : undefined;
      takeIn(page);
      if (ahead === undefined) await room();
      if (events < eventsPerTurn) continue;
      events = 0;
      await turn();
    }
    await ahead;
  }
  return { wake, ended: run() };
}

/**
 * Waits for a page until a while after the signal was aborted, then gives none: a store that hangs must not hold up
 * the end. (`Promise.race` with one promise for all pages would keep something of every page.)
 */
function createGivingUp(
  signal: AbortSignal,
): (page: Promise<readonly GroupEntry[]>) => Promise<readonly GroupEntry[]> {
  let giveUp: (() => void) | undefined;
  const wait = (): void => void setTimeout(() => giveUp?.(), lastReadGraceMs).unref();
  signal.addEventListener("abort", wait, { once: true });
  return (page) =>
    new Promise((resolve, reject) => {
      giveUp = () => resolve([]);
      page.then(resolve, reject);
    });
}
