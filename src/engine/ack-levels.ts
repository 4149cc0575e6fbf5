import { DynoError } from "../base/errors.ts";
import type { AckLevel, EventStore } from "./store.ts";

const withoutStore: readonly AckLevel[] = ["accepted"];

/** The levels that an engine over this store can give. */
export function levelsOf(store: EventStore | undefined): readonly AckLevel[] {
  return store?.features.levels ?? withoutStore;
}

/** Throws a DynoError `unsupported` where an engine over this store cannot give a level. */
export function requireLevel(level: AckLevel, store: EventStore | undefined): void {
  const levels = levelsOf(store);
  if (levels.includes(level)) return;
  const name = store === undefined ? "an engine without a store" : `the ${store.name} store`;
  const text = `${name} cannot give the level ${level} as it is configured; it can give ${levels.join(", ")}`;
  throw new DynoError("unsupported", text);
}
