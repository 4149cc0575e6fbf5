import type { Random } from "../../src/base/random.ts";

/** Something recorded that took its time. */
interface Recorded {
  readonly costMs: number;
  readonly session: number;
}

/**
 * All stretches of neighbouring recordings that a budget has room for, forwards and backwards: what a method sees that
 * measures all of A and then all of B. Half of the budget is A's.
 */
export function halvedStretches<Item extends Recorded>(
  items: readonly Item[],
  budgetMs: number,
): { readonly a: readonly Item[]; readonly b: readonly Item[] }[] {
  return bySession(items).flatMap((session) =>
    [session, session.toReversed()].flatMap((ordered) =>
      ordered.flatMap((_, start) => {
        const a = fill(ordered, start, budgetMs / 2);
        const b = a && fill(ordered, start + a.length, budgetMs / 2);
        return a && b ? [{ a, b }] : [];
      }),
    ),
  );
}

/** All stretches of neighbouring recordings that a budget has room for. */
export function wholeStretches<Item extends Recorded>(
  items: readonly Item[],
  budgetMs: number,
): (readonly Item[])[] {
  return bySession(items)
    .flatMap((session) => session.flatMap((_, start) => [fill(session, start, budgetMs) ?? []]))
    .filter((stretch) => stretch.length > 0);
}

/** As many as a budget has room for, from `start` on; undefined where the session ends before it is used up. */
function fill<Item extends Recorded>(
  items: readonly Item[],
  start: number,
  budgetMs: number,
): readonly Item[] | undefined {
  let spentMs = 0;
  for (let end = start; end < items.length; end++) {
    spentMs += items[end]?.costMs ?? 0;
    if (spentMs > budgetMs) return items.slice(start, end);
  }
  return undefined;
}

/**
 * Draws recordings at random until a budget is used up, with replacement, in runs of `runLength` neighbours, so that what
 * neighbours share (core, moment) stays (Kuensch's block bootstrap, Annals of Statistics 1989).
 */
export function drawRuns<Item extends Recorded>(
  items: readonly Item[],
  budgetMs: number,
  runLength: number,
  random: Random,
): Item[] {
  const sessions = bySession(items);
  const starts = sessions.flatMap((session) =>
    session.slice(0, -runLength + 1).map((_, at) => ({ session, at })),
  );
  const drawn: Item[] = [];
  let spentMs = 0;
  while (true) {
    const start = starts[random.integer(starts.length)];
    for (const item of start?.session.slice(start.at, start.at + runLength) ?? []) {
      spentMs += item.costMs;
      if (spentMs > budgetMs) return drawn;
      drawn.push(item);
    }
  }
}

function bySession<Item extends Recorded>(items: readonly Item[]): readonly (readonly Item[])[] {
  const names = [...new Set(items.map(({ session }) => session))];
  return names.map((name) => items.filter(({ session }) => session === name));
}
