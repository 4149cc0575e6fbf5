import { DynoError, messageOf } from "../../base/errors.ts";
import type { DeadRecord, GroupStore, OpenGroupOptions, StoreGroup } from "../store.ts";
import type { StreamClient } from "./redis-client.ts";
import { reasonOf } from "./redis-errors.ts";
import { RedisGroup } from "./redis-group.ts";
import { deadKey, progressKey } from "./redis-group-script.ts";

/** What the groups of a stream work with. */
export interface RedisGroupsOptions {
  readonly stream: string;
  readonly ownerId: string;
  readonly reconnectMs: number;
  /** A connection that waits for a server that is away, and sends again what was lost. */
  readonly patient: StreamClient;
  /** Opens a connection that is closed with the store. */
  readonly connect: () => Promise<StreamClient>;
}

const longestBlockMs = 1000;
const deadPerPage = 64;

/** Creates the groups of a stream; nothing is connected before there is one. */
export function createRedisGroups(options: RedisGroupsOptions): GroupStore {
  return new StreamGroups(options);
}

class StreamGroups implements GroupStore {
  readonly #options: RedisGroupsOptions;
  #control: Promise<StreamClient> | undefined;

  constructor(options: RedisGroupsOptions) {
    this.#options = options;
  }

  async open(group: string, options: OpenGroupOptions): Promise<StoreGroup> {
    const { stream, ownerId, connect, reconnectMs, patient } = this.#options;
    const lastRead = await this.#ask(group, () => standOf(patient, stream, group, options.from));
    const control = await this.#connected();
    const reader = await connect();
    // A connection on which nothing comes for that long is taken for dead.
    const blockMs = Math.max(1, Math.min(longestBlockMs, Math.floor(reconnectMs / 2)));
    return new RedisGroup({ reader, control, stream, group, ownerId, lastRead, options, blockMs });
  }

  #connected(): Promise<StreamClient> {
    this.#control ??= this.#options.connect().catch((error: unknown) => {
      this.#control = undefined;
      throw error;
    });
    return this.#control;
  }

  async *dead(group: string): AsyncGenerator<DeadRecord> {
    const { stream, patient } = this.#options;
    const key = deadKey(stream, group);
    for (let after = "-"; ; ) {
      const page = await this.#ask(group, () =>
        patient.zrange(key, after, "+", "BYLEX", "LIMIT", 0, deadPerPage),
      );
      for (const member of page) yield recordOf(member);
      const last = page.at(-1);
      if (last === undefined) return;
      after = `(${last}`;
    }
  }

  async removeDead(group: string, records: readonly DeadRecord[]): Promise<void> {
    const { stream, patient } = this.#options;
    const members = records.map(({ id, text }) => `${id} ${text}`);
    await this.#ask(group, () => patient.zrem(deadKey(stream, group), ...members));
  }

  async remove(group: string): Promise<void> {
    const { stream, patient } = this.#options;
    await this.#ask(group, () =>
      patient.multi().xgroup("DESTROY", stream, group).del(progressKey(stream, group)).exec(),
    );
  }

  async #ask<Reply>(group: string, command: () => Promise<Reply>): Promise<Reply> {
    try {
      return await command();
    } catch (cause) {
      const text = `group ${group} of stream ${this.#options.stream} cannot be reached: ${reasonOf(cause)}`;
      throw new DynoError("unavailable", text, { cause });
    }
  }
}

/** Makes the group where it is missing; gives the last entry that it was handed. */
async function standOf(
  control: StreamClient,
  stream: string,
  group: string,
  from: "oldest" | "newest",
): Promise<string> {
  try {
    await control.xgroup("CREATE", stream, group, from === "oldest" ? "0" : "$", "MKSTREAM");
  } catch (error) {
    if (!messageOf(error).startsWith("BUSYGROUP")) throw error;
  }
  const groups = (await control.xinfo("GROUPS", stream)) as (string | number)[][];
  const own = groups.find((info) => info[info.indexOf("name") + 1] === group) ?? [];
  return String(own[own.indexOf("last-delivered-id") + 1] ?? "0-0");
}

function recordOf(member: string): DeadRecord {
  const blank = member.indexOf(" ");
  return { id: member.slice(0, blank), text: member.slice(blank + 1) };
}
