import { describe, expect, test } from "vitest";
import type { WatchEvent } from "../../../src/measure/watch-events.ts";
import type { Config } from "../../../src/scenario/tuning.ts";
import { standardWatchRules } from "../../../src/tune/watch/watch-order.ts";
import { lossOf, type Seen, watchedSpace, watchSystem } from "../../support/watched-system.ts";

const minuteMs = 60_000;
const before = [0.6, 0.6];
const after = [0.6, 0.85];
const rules = { ...standardWatchRules, minPauseMs: 20 * minuteMs };

function eventsOf<Kind extends WatchEvent["event"]>(
  { events }: Pick<Seen, "events">,
  kind: Kind,
): Extract<WatchEvent, { event: Kind }>[] {
  return events.filter((event): event is Extract<WatchEvent, { event: Kind }> => event.event === kind);
}

/** The best moves after half an hour. */
function watchMove(seed: number): Promise<Seen> {
  const bestAt = (atMs: number): number[] => (atMs < 30 * minuteMs ? before : after);
  return watchSystem({ bestAt }, { seed, rules, forMs: 240 * minuteMs });
}

const seeds = [1, 2, 3, 4, 5];

describe("a watch of a system whose best configuration moves", () => {
  test.each(seeds)(
    "notices it within 20 probes, and swaps to a better one on proof (seed %d)",
    async (seed) => {
      const seen = await watchMove(seed);
      const stale = eventsOf(seen, "stale").find(({ atMs }) => atMs > 30 * minuteMs);
      expect(stale?.way).toEqual({ param: "depth", towards: "higher" });
      expect(stale?.atMs).toBeLessThan(50 * minuteMs);
      const [swap] = eventsOf(seen, "swapped");
      expect(swap?.share.high).toBeLessThan(1);
      expect(swap?.pairs).toBeGreaterThan(5);
      expect(lossOf(seen.watched.config, after)).toBeLessThan(0.5 * lossOf(watchedSpace.defaults, after));
      expect(seen.inForce).toEqual([watchedSpace.defaults, ...eventsOf(seen, "swapped").map(({ to }) => to)]);
      expect(eventsOf(seen, "settled")[0]?.config).toEqual(swap?.to);
    },
  );

  test.each(seeds)("keeps its bounds (seed %d)", async (seed) => {
    const seen = await watchMove(seed);
    const begun = eventsOf(seen, "search_begun");
    const ended = eventsOf(seen, "search_ended");
    expect(begun.length).toBeGreaterThan(0);
    for (const [i, { atMs, from }] of begun.entries()) {
      const last = ended[i - 1]?.atMs ?? Number.NEGATIVE_INFINITY;
      expect(atMs - last).toBeGreaterThanOrEqual(rules.minPauseMs);
      const origin = watchedSpace.toPoint(from);
      const measured = seen.blocks.filter(
        (block) => block.atMs >= atMs && block.atMs < (ended[i]?.atMs ?? Number.POSITIVE_INFINITY),
      );
      for (const { config } of measured.flatMap(({ block }) => block.arms)) {
        const point = watchedSpace.toPoint(config);
        // Rounding to a whole number may lead a little farther.
        for (const [k, value] of point.entries()) {
          expect(Math.abs(value - (origin[k] ?? 0))).toBeLessThan(rules.reach + 0.01);
        }
      }
    }
    const searchMs = ended.reduce((sum, { tookMs }) => sum + tookMs, 0);
    const probingMs = seen.watched.probes === 0 ? 0 : 240 * minuteMs - seen.sleptMs - searchMs;
    expect(probingMs / (240 * minuteMs)).toBeLessThan(rules.duty);
  });

  test("tells of a search that it would like to begin too soon", async () => {
    const seen = await watchSystem(
      // A wall right behind it: each search is in vain, and the slope goes on.
      {
        bestAt: () => after,
        misses: (config) => [Number(config.depth) > 115 ? 1 : -1],
      },
      { rules, forMs: 240 * minuteMs },
    );
    const [bounded] = eventsOf(seen, "bounded");
    expect(bounded?.allowedAtMs).toBeGreaterThan(bounded?.atMs ?? Number.NaN);
    const begun = eventsOf(seen, "search_begun").map(({ atMs }) => atMs);
    const ended = eventsOf(seen, "search_ended").map(({ atMs }) => atMs);
    expect(begun.length).toBeGreaterThan(2);
    expect((begun[2] ?? 0) - (ended[1] ?? 0)).toBeGreaterThanOrEqual(2 * rules.minPauseMs);
    expect(seen.inForce.every((config) => Number(config.depth) <= 115)).toBe(true);
  });

  test("does the same with the same seed and the same answers", async () => {
    const [one, other, third] = [await watchMove(3), await watchMove(3), await watchMove(4)];
    expect(one.events).toEqual(other.events);
    expect(one.events).not.toEqual(third.events);
  });
});

describe("a watch of a system that becomes slower as a whole", () => {
  const slower = (seed: number, runLength: number, noiseAfter = 0.05): Promise<Seen> =>
    watchSystem(
      {
        bestAt: () => before,
        commonAt: (atMs) => Math.max(0, atMs - 50 * minuteMs) / (100 * minuteMs),
        noise: (atMs) => (atMs > 100 * minuteMs ? noiseAfter : 0.05),
      },
      { seed, rules: { ...rules, runLength }, forMs: 200 * minuteMs },
    );

  // About one watch in 100 would search with this run length, which the next test counts with a shorter one.
  test.each([11, 12, 13, 14, 15, 16, 17, 18])("does nothing in 200 probes (seed %d)", async (seed) => {
    const seen = await slower(seed, 20_000);
    expect(seen.watched).toEqual({
      by: "time",
      config: watchedSpace.defaults,
      probes: 200,
      searches: 0,
      swaps: 0,
      rollBacks: 0,
    });
    expect(eventsOf(seen, "probe").at(-1)?.level).toBeGreaterThan(2);
  });

  test("searches for no reason no more often than it says, though the noise trebles, and swaps nothing even then", async () => {
    const all = await Promise.all(Array.from({ length: 50 }, (_, seed) => slower(seed, 1000, 0.15)));
    const begun = all.flatMap((seen) => eventsOf(seen, "search_begun"));
    expect(begun.length).toBeGreaterThan(0);
    // 50 times 200 probes are 10 run lengths; 17 is their mean and two standard deviations.
    expect(begun.length).toBeLessThan(17);
    expect(all.flatMap((seen) => eventsOf(seen, "swapped"))).toEqual([]);
  });
});

describe("a watch of targets", () => {
  const brokenAtMs = 120 * minuteMs;
  /** The best moves, and some time after the swap what is deep misses its target. */
  const deep = (config: Config): boolean => Number(config.depth) > 100;

  test("rolls back at once, and does not choose again what was rolled back", async () => {
    const seen = await watchSystem(
      {
        bestAt: (atMs) => (atMs < 30 * minuteMs ? before : after),
        misses: (config, atMs) => [atMs > brokenAtMs && atMs < 180 * minuteMs && deep(config) ? 0.2 : -0.2],
      },
      { seed: 2, rules, forMs: 400 * minuteMs },
    );
    const [rolledBack] = eventsOf(seen, "rolled_back");
    expect(rolledBack?.to).toEqual(watchedSpace.defaults);
    expect(rolledBack?.reason).toBe("it missed its targets several times in a row, at last p99 <= 5ms");
    const missed = eventsOf(seen, "probe").filter(
      ({ atMs, missed }) => atMs <= (rolledBack?.atMs ?? 0) && missed.length > 0,
    );
    expect(missed).toHaveLength(rules.breaks);
    // One probe until it is seen, and then they come ten times as often.
    expect((rolledBack?.atMs ?? 0) - brokenAtMs).toBeLessThan(1.5 * minuteMs);
    const later = eventsOf(seen, "swapped").filter(({ atMs }) => atMs > (rolledBack?.atMs ?? 0));
    expect(later.length).toBeGreaterThan(0);
    for (const { to } of later) expect(to).not.toEqual(rolledBack?.from);
    expect(seen.watched.config).toEqual(seen.inForce.at(-1));
  });

  test("rolls back as well what does not work any more", async () => {
    const seen = await watchSystem(
      {
        bestAt: (atMs) => (atMs < 30 * minuteMs ? before : after),
        works: (config, atMs) => atMs < brokenAtMs || !deep(config),
      },
      { seed: 2, rules, forMs: 130 * minuteMs },
    );
    const [rolledBack] = eventsOf(seen, "rolled_back");
    expect(rolledBack?.reason).toMatch(/several times in a row, at last: it does not start$/);
    expect(seen.watched.config).toEqual(watchedSpace.defaults);
  });

  test("lets fewer misses in a row pass", async () => {
    const seen = await watchSystem(
      {
        bestAt: () => before,
        // As long as two probes, of which the second one is urgent.
        misses: (_, atMs) => [atMs >= 10 * minuteMs && atMs < 10 * minuteMs + 8000 ? 1 : -1],
      },
      { rules, forMs: 30 * minuteMs },
    );
    expect(eventsOf(seen, "probe").filter(({ missed }) => missed.length > 0)).toHaveLength(2);
    expect(seen.events.filter(({ event }) => event !== "probe").map(({ event }) => event)).toEqual([
      "begun",
      "ended",
    ]);
  });

  test("searches where there is nothing to roll back to, and says so once", async () => {
    const seen = await watchSystem(
      {
        bestAt: () => [0.6, 0.35],
        misses: (config, atMs) => [atMs > 10 * minuteMs && Number(config.depth) > 50 ? 0.2 : -0.2],
      },
      { seed: 3, rules: { ...rules, runLength: 1e9 }, forMs: 120 * minuteMs },
    );
    expect(eventsOf(seen, "target_broken")).toHaveLength(1);
    expect(eventsOf(seen, "search_begun")[0]?.why).toBe("target_broken");
    expect(Number(seen.watched.config.depth)).toBeLessThan(50);
    expect(seen.watched.rollBacks).toBe(0);
  });
});

describe("a watch beside a wall", () => {
  test("goes on to see the slope along it, and keeps away from it for a while", async () => {
    const hits = (config: Config): boolean => Number(config.batch) > 100;
    const seen = await watchSystem(
      {
        bestAt: (atMs) => (atMs < 60 * minuteMs ? before : after),
        misses: (config) => [hits(config) ? 1 : -1],
      },
      { seed: 2, rules: { ...rules, runLength: 20_000 }, forMs: 240 * minuteMs },
    );
    const stale = eventsOf(seen, "stale");
    expect(stale[0]?.atMs).toBeGreaterThan(60 * minuteMs);
    expect(seen.watched.config.depth).toBeGreaterThan(100);
    const probed = seen.blocks.filter(({ atMs }) => atMs < 60 * minuteMs);
    const hitting = probed.filter(({ block }) => block.arms.some(({ config }) => hits(config)));
    expect(hitting.length).toBeGreaterThan(0);
    expect(hitting.length).toBeLessThan(probed.length / 4);
  });
});

describe("a watch that is interrupted", () => {
  test("ends with a known configuration in force, wherever it is", async () => {
    const quick = { ...rules, everyMs: 10_000, minPauseMs: minuteMs };
    for (let interruptedAfter = 1; interruptedAfter < 200; interruptedAfter += 13) {
      const seen = await watchSystem(
        { bestAt: () => after, interruptedAfter },
        { rules: quick, forMs: 60 * minuteMs },
      );
      expect(seen.watched.by).toBe("interrupted");
      expect(seen.watched.config).toEqual(seen.inForce.at(-1));
      expect(seen.inForce).toHaveLength(1 + eventsOf(seen, "swapped").length);
      expect(seen.events.at(-1)).toMatchObject({ event: "ended", by: "interrupted" });
    }
  });

  test("rejects where an action does, and has not changed what it holds for in force", async () => {
    const seen = watchSystem(
      { bestAt: () => after },
      { rules, sleep: () => Promise.reject(new Error("no timer")) },
    );
    await expect(seen).rejects.toThrow("no timer");
  });
});
