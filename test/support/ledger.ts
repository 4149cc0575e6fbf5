import type { Receipt } from "../../src/engine/engine.ts";
import type { AckLevel, StoredEvent } from "../../src/engine/store.ts";

/** What an event of a history carries. */
export interface Mark {
  readonly publisher: number;
  readonly n: number;
}

interface Promised {
  readonly receipt: Receipt;
  readonly mark: Mark;
  /** Whether the power of the log was cut since, while the event may have been in the spool, not synced. */
  isForfeit: boolean;
}

/**
 * Knows what was acknowledged, from the receipts alone, and finds in a replay what is missing, doubled or out of order.
 */
export interface Ledger {
  acknowledged(mark: Mark, receipt: Receipt): void;
  /** What only memory held is lost, and nobody promised more. */
  processDied(): void;
  /** What was written and not synced may be lost. */
  powerCut(): void;
  /** Every breach of a promise, in words. */
  breaches(events: readonly StoredEvent[]): string[];
  readonly size: number;
}

/** Creates an empty ledger. */
export function createLedger(): Ledger {
  const promised: Promised[] = [];
  const forfeit = (level: AckLevel, at: Receipt["at"]): void => {
    for (const one of promised) {
      if (one.receipt.level === level && one.receipt.at === at) one.isForfeit = true;
    }
  };
  return {
    acknowledged: (mark, receipt) => promised.push({ mark, receipt, isForfeit: false }),
    processDied: () => forfeit("accepted", "memory"),
    powerCut: () => {
      forfeit("accepted", "memory");
      forfeit("stored", "spool");
    },
    breaches: (events) => [...missing(promised, events), ...doubled(events), ...overtaken(events)],
    get size() {
      return promised.length;
    },
  };
}

function missing(promised: readonly Promised[], events: readonly StoredEvent[]): string[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  return promised.flatMap(({ mark, receipt, isForfeit }) => {
    const { id, level, at, position } = receipt;
    const found = byId.get(id);
    const what = `${nameOf(mark)} (${id}, ${level} at ${at})`;
    if (found === undefined) return isForfeit ? [] : [`${what} was acknowledged and is missing`];
    const isThere =
      position === undefined ||
      (position.entry === found.position.entry && position.index === found.position.index);
    return isThere ? [] : [`${what} lies at ${found.position.entry}, not at ${position.entry}`];
  });
}

function doubled(events: readonly StoredEvent[]): string[] {
  const ids = new Set<string>();
  const marks = new Set<string>();
  return events.flatMap((event) => {
    const name = nameOf(event.data as Mark);
    const isDouble = ids.has(event.id) || (event.idempotencyKey !== undefined && marks.has(name));
    ids.add(event.id);
    marks.add(name);
    return isDouble ? [`${name} (${event.id}) is there twice`] : [];
  });
}

function overtaken(events: readonly StoredEvent[]): string[] {
  const last = new Map<number, number>();
  return events.flatMap(({ data }) => {
    const { publisher, n } = data as Mark;
    const before = last.get(publisher) ?? -1;
    last.set(publisher, n);
    return n < before ? [`${nameOf({ publisher, n })} comes after number ${before}`] : [];
  });
}

function nameOf({ publisher, n }: Mark): string {
  return `event ${n} of publisher ${publisher}`;
}
