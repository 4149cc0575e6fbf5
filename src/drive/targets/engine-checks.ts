import { formatCount } from "../../base/units.ts";
import type { StoredEvent } from "../../engine/store.ts";
import type { Check } from "../target.ts";
import type { HostReport } from "./engine-host.ts";

/** Remembers which operations were acknowledged, one bit each. */
export interface Ledger {
  acknowledged(n: number): void;
  has(n: number): boolean;
  /** In ascending order. */
  numbers(): Iterable<number>;
  readonly count: number;
}

/** Creates an empty ledger; it grows with the numbers it is given. */
export function createLedger(): Ledger {
  let bits = new Uint8Array(65_536);
  let count = 0;
  const has = (n: number): boolean => ((bits[n >>> 3] ?? 0) & (1 << (n & 7))) !== 0;
  return {
    acknowledged: (n) => {
      const slot = n >>> 3;
      if (slot >= bits.length) {
        const larger = new Uint8Array(Math.max(bits.length * 2, slot + 1));
        larger.set(bits);
        bits = larger;
      }
      bits[slot] = (bits[slot] ?? 0) | (1 << (n & 7));
      count++;
    },
    has,
    numbers: function* () {
      for (let n = 0; n < bits.length * 8; n++) if (has(n)) yield n;
    },
    get count() {
      return count;
    },
  };
}

/** What is known of a store that is checked. */
export interface StoreCheckOptions {
  /** The operation that published an event; undefined for an event that is not of the load. */
  readonly operationOf: (event: StoredEvent) => number | undefined;
  /** Whether old events may be gone. */
  readonly isTrimmed: boolean;
}

/**
 * Holds everything that a store holds against what was acknowledged: each acknowledged event must be there once, in the
 * order of publishing. Where old events were trimmed, that is asked of the rest.
 */
export async function checkStore(
  stored: AsyncIterable<readonly StoredEvent[]>,
  ledger: Ledger,
  { operationOf, isTrimmed }: StoreCheckOptions,
): Promise<readonly Check[]> {
  const seen = createLedger();
  let lowest = isTrimmed ? Number.POSITIVE_INFINITY : 0;
  let highest = -1;
  let doubled = 0;
  let outOfOrder = 0;
  for await (const batch of stored) {
    for (const event of batch) {
      const n = operationOf(event);
      if (n === undefined) continue;
      if (seen.has(n)) doubled++;
      else if (n < highest) outOfOrder++;
      seen.acknowledged(n);
      lowest = Math.min(lowest, n);
      highest = Math.max(highest, n);
    }
  }
  const lost = countLost(ledger, seen, lowest, highest);
  return [
    {
      name: "nothing lost",
      ok: lost.count === 0,
      detail: `${formatCount(lost.count)} of ${formatCount(lost.of)} acknowledged events${lost.isAll ? "" : " that were not trimmed"} are missing from the store`,
      figure: { name: "lost", value: lost.count },
    },
    {
      name: "nothing stored twice",
      ok: doubled === 0,
      detail: `${formatCount(doubled)} of ${formatCount(seen.count)} stored events are there again`,
      figure: { name: "duplicates", value: doubled },
    },
    {
      name: "order kept",
      ok: outOfOrder === 0,
      detail: `${formatCount(outOfOrder)} of ${formatCount(seen.count)} stored events lie behind a later one`,
    },
  ];
}

function countLost(
  ledger: Ledger,
  seen: Ledger,
  lowest: number,
  highest: number,
): { count: number; of: number; isAll: boolean } {
  if (seen.count === 0) return { count: ledger.count, of: ledger.count, isAll: true };
  let count = 0;
  let of = 0;
  for (let n = lowest; n <= highest; n++) {
    if (!ledger.has(n)) continue;
    of++;
    if (!seen.has(n)) count++;
  }
  let before = 0;
  for (let n = 0; n < lowest; n++) if (ledger.has(n)) before++;
  // What lies after the last one that was read cannot have been trimmed.
  const after = ledger.count - of - before;
  return { count: count + after, of: of + after, isAll: before === 0 };
}

/** Whether each handler got each event once, since the engine was started last. */
export function checkDelivery({
  published,
  delivered,
  handlerErrors,
  askedErrors,
  ended,
}: HostReport): Check {
  const name = "each subscriber got each event once";
  if (ended !== undefined) return { name, ok: false, detail: ended };
  const wrong = delivered.filter((count) => count !== published).length;
  const asked = askedErrors > 0 ? `, of which the scenario asked for ${formatCount(askedErrors)}` : "";
  return {
    name,
    ok: wrong === 0 && handlerErrors === askedErrors,
    detail: `${formatCount(published)} published; subscribers with another count: ${wrong} of ${delivered.length}; handler errors: ${formatCount(handlerErrors)}${asked}`,
  };
}
