import { DynoError } from "../../base/errors.ts";
import type { GroupStore } from "../store.ts";

/** Stands in for the groups of a store that has none yet. */
export function noGroups(store: string): GroupStore {
  const refuse = (): never => {
    throw new DynoError("unsupported", `the ${store} store has no groups yet`);
  };
  return {
    open: async () => refuse(),
    dead: () => refuse(),
    removeDead: async () => refuse(),
    remove: async () => refuse(),
  };
}
