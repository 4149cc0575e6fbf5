import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeEntry, floorOf, type Place, type PlaceStore, settlePlace } from "../delivery/place.ts";
import { createPlaceReader } from "../delivery/place-reader.ts";
import type { DeadRecord, GroupEntry, GroupStore, OpenGroupOptions, Position, StoreGroup } from "../store.ts";
import { type LogDead, openLogDead } from "./log-dead.ts";
import type { LogFiles } from "./log-files.ts";
import { type LogPlace, openLogPlace } from "./log-place.ts";

/** The groups of a log, in a folder beside its segments: two files for each. */
export interface LogGroups extends GroupStore {
  /** No group needs a segment before this one, and the group that needs it. */
  floor(): { readonly segment: number; readonly group: string | undefined };
  /** Brings to the disk where the groups stand, so that none can fall back behind what is trimmed. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What the groups need of their log. */
export interface LogGroupsOptions extends PlaceStore {
  readonly files: LogFiles;
  readonly dir: string;
  /** Where the log ends now. */
  end(): { readonly segment: number; readonly offset: number };
}

/** Opens all groups that are known in a log's folder. */
export async function openLogGroups(options: LogGroupsOptions): Promise<LogGroups> {
  const folder = join(options.dir, "groups");
  const groups = new FolderGroups(options, folder);
  try {
    for (const file of await filesIn(folder)) {
      const name = /^(.+)\.place$/.exec(file)?.[1];
      if (name !== undefined) await groups.load(decodeURIComponent(name));
    }
    return groups;
  } catch (error) {
    await groups.close().catch(() => undefined);
    throw error;
  }
}

/** A log whose groups nobody has opened yet has no folder for them. */
async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

class FolderGroups implements LogGroups {
  readonly #options: LogGroupsOptions;
  readonly #folder: string;
  readonly #places = new Map<string, LogPlace>();
  readonly #dead = new Map<string, Promise<LogDead>>();

  constructor(options: LogGroupsOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  #path(group: string, kind: "place" | "dead"): string {
    return join(this.#folder, `${encodeURIComponent(group)}.${kind}`);
  }

  /** A group may stand beyond the end of a log that lost its last frames in a power cut: then it stands at the end. */
  async load(group: string): Promise<void> {
    const opened = await this.#openPlace(group, () => undefined);
    this.#places.set(group, opened);
    if (!pullBack(opened.place, this.#options.end())) return;
    await opened.save();
    await opened.sync();
  }

  async open(group: string, { from }: OpenGroupOptions): Promise<StoreGroup> {
    const made = await mkdir(this.#folder, { recursive: true });
    if (made !== undefined) await this.#options.files.syncFolder(this.#options.dir);
    const known = this.#places.get(group);
    const opened = known ?? (await this.#openPlace(group, () => this.#begin(from)));
    this.#places.set(group, opened);
    if (known === undefined) await opened.save();
    const reader = createPlaceReader(opened.place, this.#options);
    /** What was read, and is handed out when it could be saved. */
    const unsaved: GroupEntry[] = [];
    return {
      read: async (maxEntries, signal) => {
        if (unsaved.length === 0) unsaved.push(...(await reader.read(maxEntries, signal)));
        // Before anything is handed out, so that an entry of which the process dies is known as a leftover.
        if (unsaved.length > 0) await opened.save();
        return unsaved.splice(0, maxEntries);
      },
      settle: async (settlement) => {
        if (settlement.dead.length > 0) await (await this.#deadOf(group)).add(settlement.dead);
        settlePlace(opened.place, settlement);
        await opened.save();
      },
      counters: () => ({}),
      close: reader.close,
    };
  }

  #openPlace(group: string, begin: () => Position | undefined): Promise<LogPlace> {
    return openLogPlace(this.#path(group, "place"), begin, this.#options.files);
  }

  #begin(from: "oldest" | "newest") {
    const { segment, offset } = this.#options.end();
    return from === "oldest" ? undefined : beforeEntry(`${segment}-${offset}`);
  }

  #deadOf(group: string): Promise<LogDead> {
    const opened = this.#dead.get(group) ?? openLogDead(this.#path(group, "dead"), this.#options.files);
    this.#dead.set(group, opened);
    return opened;
  }

  async *dead(group: string): AsyncGenerator<DeadRecord> {
    const files = await filesIn(this.#folder);
    if (files.includes(basename(this.#path(group, "dead")))) yield* (await this.#deadOf(group)).read();
  }

  async removeDead(group: string, records: readonly DeadRecord[]): Promise<void> {
    await (await this.#deadOf(group)).remove(records);
  }

  async remove(group: string): Promise<void> {
    await this.#places.get(group)?.close();
    this.#places.delete(group);
    await rm(this.#path(group, "place"), { force: true });
  }

  floor(): { segment: number; group: string | undefined } {
    let floor: { segment: number; group: string | undefined } = {
      segment: Number.POSITIVE_INFINITY,
      group: undefined,
    };
    for (const [group, { place }] of this.#places) {
      const position = floorOf(place);
      const segment = position === undefined ? 0 : placeOf(position.entry).segment;
      if (segment < floor.segment) floor = { segment, group };
    }
    return floor;
  }

  async sync(): Promise<void> {
    for (const opened of this.#places.values()) await opened.sync();
  }

  async close(): Promise<void> {
    for (const opened of this.#places.values()) await opened.close();
    for (const dead of this.#dead.values()) await (await dead).close();
  }
}

type LogEnd = ReturnType<LogGroupsOptions["end"]>;

function pullBack(place: Place, end: LogEnd): boolean {
  const isBeyond = (entry: string): boolean => {
    const { segment, offset } = placeOf(entry);
    return segment > end.segment || (segment === end.segment && offset >= end.offset);
  };
  const wasBeyond = place.after !== undefined && isBeyond(place.after.entry);
  if (!wasBeyond) return false;
  place.after = beforeEntry(`${end.segment}-${end.offset}`);
  for (const entry of place.pending.keys()) if (isBeyond(entry)) place.pending.delete(entry);
  return true;
}

function placeOf(entry: string): LogEnd {
  const [segment = 0, offset = 0] = entry.split("-").map(Number);
  return { segment, offset };
}
