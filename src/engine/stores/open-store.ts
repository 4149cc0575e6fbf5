import type { StoreConfig, StoreContext } from "../config.ts";
import type { EventStore } from "../store.ts";

type Openers = {
  readonly [Kind in StoreConfig["kind"]]: () => Promise<
    (config: Extract<StoreConfig, { kind: Kind }>, context: StoreContext) => Promise<EventStore>
  >;
};

/** The table of stores. One line adds one; its packages are loaded when it is opened. */
const openers: Openers = {
  memory: async () => (await import("./memory.ts")).openMemoryStore,
  log: async () => (await import("./log.ts")).openLogStore,
  redis: async () => (await import("./redis.ts")).openRedisStore,
};

/** Opens the store that `config` names. Rejects with a DynoError: `setup`, `conflict`, `corrupt`. */
export async function openStore(config: StoreConfig, context: StoreContext): Promise<EventStore> {
  const open = (await openers[config.kind]()) as (
    config: StoreConfig,
    context: StoreContext,
  ) => Promise<EventStore>;
  return open(config, context);
}
