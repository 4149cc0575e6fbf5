import { afterEntry, floorOf, type Place, type PlaceStore, settlePlace } from "../delivery/place.ts";
import { createPlaceReader } from "../delivery/place-reader.ts";
import type { DeadRecord, GroupStore } from "../store.ts";

/** The groups of a store in memory; gone with it. */
export interface MemoryGroups extends GroupStore {
  /** Entries before this number no group needs, and the group that needs this one. */
  floor(): { readonly number: number; readonly group: string | undefined };
}

/** What the groups need of their store. */
export interface MemoryGroupsOptions extends PlaceStore {
  lastEntry(): string;
}

/** Creates groups, none of them known. */
export function createMemoryGroups(store: MemoryGroupsOptions): MemoryGroups {
  const places = new Map<string, Place>();
  const deadOf = new Map<string, Map<string, DeadRecord>>();

  const placeOf = (group: string, from: "oldest" | "newest"): Place => {
    const known = places.get(group);
    if (known !== undefined) return known;
    const after = from === "newest" ? afterEntry(store.lastEntry()) : undefined;
    const place: Place = { after, pending: new Map() };
    places.set(group, place);
    return place;
  };
  const addDead = (group: string, records: readonly DeadRecord[]): void => {
    const dead = deadOf.get(group) ?? new Map<string, DeadRecord>();
    for (const record of records) dead.set(record.id, record);
    deadOf.set(group, dead);
  };
  return {
    open: async (group, { from }) => {
      const place = placeOf(group, from);
      const reader = createPlaceReader(place, store);
      return {
        read: reader.read,
        settle: async (settlement) => {
          if (settlement.dead.length > 0) addDead(group, settlement.dead);
          settlePlace(place, settlement);
        },
        counters: () => ({}),
        close: reader.close,
      };
    },
    dead: async function* (group) {
      yield* [...(deadOf.get(group)?.values() ?? [])].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    removeDead: async (group, records) => {
      for (const { id } of records) deadOf.get(group)?.delete(id);
    },
    remove: async (group) => {
      places.delete(group);
    },
    floor: () => {
      let floor: { number: number; group: string | undefined } = {
        number: Number.POSITIVE_INFINITY,
        group: undefined,
      };
      for (const [group, place] of places) {
        const position = floorOf(place);
        const number = position === undefined ? 0 : Number(position.entry) + (position.index < 0 ? 0 : 1);
        if (number < floor.number) floor = { number, group };
      }
      return floor;
    },
  };
}
