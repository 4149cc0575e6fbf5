import { DynoError } from "../../base/errors.ts";
import { decodeBatch } from "../codec.ts";
import type { GroupEntry, OpenGroupOptions, Settlement, StoreGroup } from "../store.ts";
import type { StreamClient } from "./redis-client.ts";
import { reasonOf, troubleOf } from "./redis-errors.ts";
import { deadKey, progressKey } from "./redis-group-script.ts";
import { isBefore } from "./redis-length.ts";
import { ownerKey } from "./redis-script.ts";

/** What a group on a Redis stream works with. */
export interface RedisGroupParts {
  /** On which it waits for entries; closed with the group. */
  readonly reader: StreamClient;
  /** For everything else; shared by the groups of a store. */
  readonly control: StreamClient;
  readonly stream: string;
  readonly group: string;
  /** The id of the stream's owner, which is also the name of the consumer. */
  readonly ownerId: string;
  /** The last entry that the group was handed. */
  readonly lastRead: string;
  readonly options: OpenGroupOptions;
  /** How long to wait for an entry. */
  readonly blockMs: number;
}

/**
 * A group on a Redis consumer group. The stream has one owner, and so the group has one living consumer: what any
 * other consumer has not acknowledged is taken over at once, and again whenever the connection was lost, since then
 * a reply may be lost that had handed us something.
 */
export class RedisGroup implements StoreGroup {
  readonly #parts: RedisGroupParts;
  /** What was given out and is not acknowledged. */
  readonly #held = new Set<string>();
  readonly #holding: NodeJS.Timeout;
  /** Where taking over goes on; undefined while it is not under way. */
  #claimFrom: string | undefined = "0-0";
  #claimIdleMs = 0;
  #nextClaimMs: number;
  #lastRead: string;
  #readerId: number | undefined;
  readonly #totals = { claimed_entries: 0, lost_entries: 0, regrouped: 0 };

  constructor(parts: RedisGroupParts) {
    this.#parts = parts;
    this.#lastRead = parts.lastRead;
    const { claimAfterMs } = parts.options;
    this.#nextClaimMs = performance.now() + claimAfterMs;
    this.#holding = setInterval(() => this.#hold(), claimAfterMs / 3).unref();
    parts.reader.on("ready", () => this.#learnReaderId());
    this.#learnReaderId();
  }

  /** By which a waiting read can be ended from another connection. */
  #learnReaderId(): void {
    this.#parts.reader.client("ID").then(
      (id) => {
        this.#readerId = id;
      },
      () => undefined,
    );
  }

  async read(maxEntries: number, signal: AbortSignal): Promise<readonly GroupEntry[]> {
    try {
      this.#planClaim();
      if (this.#claimFrom !== undefined) return await this.#claim(this.#claimFrom, maxEntries);
      return await this.#readNew(maxEntries, signal);
    } catch (error) {
      if (isGroupGone(error)) await this.#regroup();
      this.#claimFrom = "0-0";
      this.#claimIdleMs = 0;
      throw this.#failure(error, "read");
    }
  }

  /** Now and then, for what a former owner took after we had taken over. */
  #planClaim(): void {
    const { claimAfterMs } = this.#parts.options;
    if (this.#claimFrom !== undefined || performance.now() < this.#nextClaimMs) return;
    this.#claimFrom = "0-0";
    this.#claimIdleMs = claimAfterMs;
  }

  async #claim(from: string, maxEntries: number): Promise<GroupEntry[]> {
    const { control, stream, group, ownerId, options } = this.#parts;
    const keys = [stream, ownerKey(stream), progressKey(stream, group)] as const;
    const idleMs = this.#claimIdleMs;
    const reply = await control.dynoClaim(...keys, ownerId, group, ownerId, idleMs, from, maxEntries);
    const [next, gone, ...flat] = reply;
    this.#claimFrom = next === "0-0" ? undefined : next;
    if (next === "0-0") this.#nextClaimMs = performance.now() + options.claimAfterMs / 2;
    if (gone > 0) this.#reportGone(gone);
    const entries: GroupEntry[] = [];
    for (let i = 0; i + 3 < flat.length; i += 4) {
      const [id = "", field = "", payload = "", progress = ""] = flat.slice(i, i + 4);
      if (this.#held.has(id)) continue;
      this.#totals.claimed_entries++;
      entries.push(this.#give(id, [field, payload], true, progress === "" ? undefined : progress));
    }
    return entries;
  }

  #reportGone(gone: number): void {
    const { group, stream, options } = this.#parts;
    this.#totals.lost_entries += gone;
    const text = `group ${group} had not acknowledged ${gone} entries that are gone from stream ${stream}: somebody else trimmed or deleted them`;
    options.report(new DynoError("unavailable", text));
  }

  async #readNew(maxEntries: number, signal: AbortSignal): Promise<GroupEntry[]> {
    const { reader, stream, group, ownerId, blockMs } = this.#parts;
    const wake = (): void => this.#unblock();
    signal.addEventListener("abort", wake, { once: true });
    try {
      const reply = (await reader.xreadgroup(
        "GROUP",
        group,
        ownerId,
        "COUNT",
        maxEntries,
        "BLOCK",
        // A claim that falls due meanwhile must not wait for a new entry.
        Math.max(1, Math.min(blockMs, Math.ceil(this.#nextClaimMs - performance.now()))),
        "STREAMS",
        stream,
        ">",
      )) as [string, [string, string[]][]][] | null;
      const found = reply?.[0]?.[1] ?? [];
      this.#lastRead = found.at(-1)?.[0] ?? this.#lastRead;
      return found
        .filter(([id]) => !this.#held.has(id))
        .map(([id, fields]) => this.#give(id, fields, false, undefined));
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }

  #unblock(): void {
    if (this.#readerId === undefined) return;
    this.#parts.control.client("UNBLOCK", this.#readerId).catch(() => undefined);
  }

  #give(
    entry: string,
    fields: readonly string[],
    isLeftover: boolean,
    progress: string | undefined,
  ): GroupEntry {
    this.#held.add(entry);
    try {
      return { entry, events: decodeEntry(entry, fields, this.#parts.stream), isLeftover, progress };
    } catch (error) {
      if (!(error instanceof DynoError)) throw error;
      const data = fields.join(" ");
      const event = {
        id: `entry-${entry}`,
        topic: "$corrupt",
        timeMs: 0,
        data,
        position: { entry, index: 0 },
      };
      return { entry, events: [event], isLeftover, progress: undefined, damage: error };
    }
  }

  async settle({ done, progress, dead }: Settlement): Promise<void> {
    const { control, stream, group, ownerId } = this.#parts;
    const keys = [stream, ownerKey(stream), progressKey(stream, group), deadKey(stream, group)] as const;
    const letters = dead.map(({ id, text }) => `${id} ${text}`);
    const lists = [done.length, ...done, progress.length, ...progress.flat(), ...letters];
    try {
      await control.dynoSettle(...keys, ownerId, group, ...lists);
    } catch (error) {
      throw this.#failure(error, "settle");
    }
    for (const entry of done) this.#held.delete(entry);
  }

  #hold(): void {
    if (this.#held.size === 0) return;
    const { control, stream, group, ownerId } = this.#parts;
    control.dynoHold(stream, ownerKey(stream), ownerId, group, ownerId, ...this.#held).catch(() => undefined);
  }

  /** Before what is in hand, which is handed out by the new group and passed over here, and acknowledged in time. */
  async #regroup(): Promise<void> {
    const { control, stream, group, options } = this.#parts;
    let lowest: string | undefined;
    for (const id of this.#held) if (lowest === undefined || isBefore(id, lowest)) lowest = id;
    const wanted = lowest === undefined ? this.#lastRead : entryBefore(lowest);
    const after = await control.dynoRegroup(stream, group, wanted).catch(() => undefined);
    if (after === undefined) return;
    this.#totals.regrouped++;
    const text = `group ${group} was gone from stream ${stream}: Redis lost data, or somebody deleted it. It was made again and goes on after entry ${after}`;
    options.report(new DynoError("unavailable", text));
  }

  #failure(error: unknown, what: string): DynoError {
    const { stream, group } = this.#parts;
    const kind = troubleOf(error);
    if (kind === "fenced") {
      const text = `stream ${stream} has another owner now; group ${group} is consumed there`;
      return new DynoError("conflict", text, { cause: error });
    }
    const text = `group ${group} of stream ${stream} cannot ${what}: ${reasonOf(error)}`;
    return new DynoError(kind === "full" ? "overload" : "unavailable", text, { cause: error });
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#totals };
  }

  async close(): Promise<void> {
    clearInterval(this.#holding);
    this.#parts.reader.disconnect();
  }
}

function isGroupGone(error: unknown): boolean {
  return error instanceof Error && /(^|-)NOGROUP\b/.test(error.message);
}

function decodeEntry(entry: string, fields: readonly string[], stream: string) {
  const [name, payload] = fields;
  if (name === "b" && payload !== undefined) return decodeBatch(payload, entry);
  throw new DynoError(
    "corrupt",
    `entry ${entry} of stream ${stream} was not written by dyno: its first field is ${name}, not b`,
  );
}

const highestNumber = "18446744073709551615";

/** The id that comes before another. */
function entryBefore(id: string): string {
  const [ms = "0", number = "0"] = id.split("-");
  if (number !== "0") return `${ms}-${BigInt(number) - 1n}`;
  return ms === "0" ? "0-0" : `${BigInt(ms) - 1n}-${highestNumber}`;
}
