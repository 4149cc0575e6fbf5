import { DynoError } from "../../src/base/errors.ts";
import type { HomeStore } from "../../src/engine/fallback.ts";
import type { AckLevel, GroupStore, PreparedEvent } from "../../src/engine/store.ts";

/** A store in memory that is away, full or forgetful when a test says so. */
export interface AwayStore extends HomeStore {
  /** What it rejects appends with; undefined while it is well. */
  failure: DynoError | undefined;
  /** Whether it stores what it rejects, as a server whose replies are lost. */
  storesAnyway: boolean;
  losses: number;
  /** Ids of the events that it has, in order. */
  readonly ids: string[];
  /** Levels that were asked for, in order. */
  readonly levels: AckLevel[];
  /** Sizes of the batches that it took, in order. */
  readonly sizes: number[];
}

const noGroups: GroupStore = {
  open: () => Promise.reject(new Error("this store has no groups")),
  dead: async function* () {},
  removeDead: async () => undefined,
  remove: async () => undefined,
};

/** Creates a store with nothing in it. */
export function createAwayStore(levels: readonly AckLevel[] = ["accepted", "stored", "durable"]): AwayStore {
  const ids: string[] = [];
  const entryOf: number[] = [];
  const asked: AckLevel[] = [];
  const sizes: number[] = [];
  let isLatched = false;
  let entries = 0;
  let changed: () => void = () => undefined;
  let failure: DynoError | undefined;
  const put = (batch: readonly PreparedEvent[]): string => {
    entries++;
    for (const { id } of batch) {
      ids.push(id);
      entryOf.push(entries);
    }
    return String(entries);
  };
  return {
    name: "away",
    features: { levels, persistent: true },
    identity: "stream away",
    storesAnyway: false,
    losses: 0,
    ids,
    levels: asked,
    sizes,
    get failure() {
      return failure;
    },
    set failure(value) {
      failure = value;
      changed();
    },
    async append(batch, level) {
      if (failure !== undefined || isLatched) {
        if (!isLatched && this.storesAnyway) put(batch);
        isLatched = true;
        throw failure ?? new DynoError("unavailable", "not regained yet");
      }
      asked.push(level);
      sizes.push(batch.length);
      return put(batch);
    },
    async regain({ after, signal }) {
      while (failure?.code === "unavailable") {
        await new Promise<void>((resolve) => {
          changed = resolve;
          signal?.addEventListener("abort", () => resolve(), { once: true });
        });
        signal?.throwIfAborted();
      }
      if (failure?.code === "conflict") throw failure;
      isLatched = false;
      return new Set(ids.filter((_, i) => (entryOf[i] ?? 0) > Number(after?.entry ?? 0)));
    },
    async *read() {},
    resumed: () => undefined,
    trim: async () => ({ heldBy: undefined }),
    groups: noGroups,
    trouble: () => failure?.message,
    counters: () => ({}),
    close: async () => undefined,
  };
}
