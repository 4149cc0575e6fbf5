/** One who waits. Its links belong to the queue. */
export interface Waiting<Self> {
  /** Whose it is; all with the same key share one turn. Empty for those without. */
  readonly key: string;
  before: Self | undefined;
  after: Self | undefined;
}

/** Queues that take turns, one for each key: round robin between keys, first come first served within one. */
export interface FairQueue<Item extends Waiting<Item>> {
  readonly size: number;
  /** Keys that somebody waits for. */
  readonly keys: number;
  lengthOf(key: string): number;
  push(item: Item): void;
  /** Takes out the next one. */
  shift(): Item | undefined;
  /** Takes out one that is in the queue. */
  remove(item: Item): void;
}

interface Lane<Item> {
  first: Item | undefined;
  last: Item | undefined;
  length: number;
}

/** Creates an empty queue. All of its operations take constant time. */
export function createFairQueue<Item extends Waiting<Item>>(): FairQueue<Item> {
  return new RoundRobin<Item>();
}

class RoundRobin<Item extends Waiting<Item>> implements FairQueue<Item> {
  /** In the order of their turns; a lane that is empty is not kept. */
  readonly #lanes = new Map<string, Lane<Item>>();
  size = 0;

  get keys(): number {
    return this.#lanes.size;
  }

  lengthOf(key: string): number {
    return this.#lanes.get(key)?.length ?? 0;
  }

  push(item: Item): void {
    const lane = this.#lanes.get(item.key) ?? this.#addLane(item.key);
    item.before = lane.last;
    item.after = undefined;
    if (lane.last === undefined) lane.first = item;
    else lane.last.after = item;
    lane.last = item;
    lane.length++;
    this.size++;
  }

  shift(): Item | undefined {
    const [lane] = this.#lanes.values();
    const item = lane?.first;
    if (item === undefined) return undefined;
    this.remove(item);
    if (lane !== undefined && lane.length > 0) {
      this.#lanes.delete(item.key);
      this.#lanes.set(item.key, lane);
    }
    return item;
  }

  remove(item: Item): void {
    const lane = this.#lanes.get(item.key);
    if (lane === undefined) return;
    if (item.before === undefined) lane.first = item.after;
    else item.before.after = item.after;
    if (item.after === undefined) lane.last = item.before;
    else item.after.before = item.before;
    item.before = undefined;
    item.after = undefined;
    lane.length--;
    this.size--;
    if (lane.length === 0) this.#lanes.delete(item.key);
  }

  #addLane(key: string): Lane<Item> {
    const lane: Lane<Item> = { first: undefined, last: undefined, length: 0 };
    this.#lanes.set(key, lane);
    return lane;
  }
}
