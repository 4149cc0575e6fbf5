import { expect, test } from "vitest";
import type { WatchEvent } from "../../src/measure/watch-events.ts";
import { watchLine } from "../../src/publish/terminal/watch-line.ts";

const from = { maxBatch: 64, store: "log" };
const to = { maxBatch: 256, store: "log" };
const atMs = 1_800_000;

const lines: readonly (readonly [WatchEvent, string])[] = [
  [{ event: "begun", atMs: 0, config: from }, "0 µs  watching maxBatch 64, store log"],
  [
    { event: "probe", atMs, probe: 29, level: 1.2, neighbours: [0.98, 1.034], missed: [], evidence: 0.2 },
    "30 min  probe 29: +20.0 % since the beginning, neighbours -2.0 % and +3.4 %, evidence 20 %",
  ],
  [
    { event: "probe", atMs, probe: 3, level: 1, missed: ["p99 <= 5ms", "rss <= 1GB"], evidence: 0 },
    "30 min  probe 3: 0 % since the beginning, missed p99 <= 5ms, rss <= 1GB, evidence 0 %",
  ],
  [
    { event: "probe", atMs, probe: 4, missed: [], failure: "it does not start", evidence: 0.123 },
    "30 min  probe 4: did not work: it does not start, evidence 12 %",
  ],
  [
    { event: "stale", atMs, probes: 12, way: { param: "maxBatch", towards: "higher" } },
    "30 min  stale: higher maxBatch is better by now, seen in 12 probes",
  ],
  [{ event: "stale", atMs, probes: 1 }, "30 min  stale: both sides are better by now, seen in 1 probe"],
  [
    { event: "bounded", atMs, sinceMs: 600_000, allowedAtMs: atMs + 3_000_000 },
    "30 min  no search: the last one was 10 min ago, and the next may begin in 50 min",
  ],
  [
    { event: "search_begun", atMs, search: 0, why: "stale", from, reach: 0.25 },
    "30 min  search 0: from maxBatch 64, store log, no farther than 25 % of a range, since it is stale",
  ],
  [
    { event: "search_begun", atMs, search: 1, why: "target_broken", from, reach: 0.25 },
    "30 min  search 1: from maxBatch 64, store log, no farther than 25 % of a range, since it misses its targets",
  ],
  [
    { event: "search_ended", atMs, search: 0, trials: 40, proofs: 1, tookMs: 150_000 },
    "30 min  search 0: 40 trials and 1 proof in 2.5 min",
  ],
  [
    {
      event: "swapped",
      atMs,
      search: 0,
      from,
      to,
      share: { estimate: 0.8, low: 0.7, high: 0.8701 },
      confidence: 0.995,
      pairs: 18,
    },
    "30 min  SWAPPED maxBatch 64 -> 256: the objective is at least 12.9 % smaller (99.5 % confidence, 18 pairs; estimate -20.0 %)",
  ],
  [
    { event: "not_proven", atMs, search: 0, why: "not_better" },
    "30 min  kept: what was found is not proven to be better",
  ],
  [
    { event: "not_proven", atMs, search: 0, why: "does_not_work" },
    "30 min  kept: the search could not begin, since what is in force does not work",
  ],
  [
    { event: "settled", atMs, config: to, probes: 5 },
    "30 min  settled: maxBatch 256, store log met its targets after the swap, in 5 probes",
  ],
  [
    {
      event: "rolled_back",
      atMs,
      from: to,
      to: from,
      reason: "it missed its targets several times in a row, at last p99 <= 5ms",
    },
    "30 min  ROLLED BACK maxBatch 256 -> 64: it missed its targets several times in a row, at last p99 <= 5ms",
  ],
  [
    {
      event: "target_broken",
      atMs,
      config: from,
      reason: "it missed its targets several times in a row, at last p99 <= 5ms",
    },
    "30 min  TARGET MISSED, and there is nothing to roll back to: it missed its targets several times in a row, at last p99 <= 5ms",
  ],
  [{ event: "ended", atMs, by: "time", config: from }, "30 min  over, with maxBatch 64, store log"],
  [
    { event: "ended", atMs, by: "interrupted", config: to },
    "30 min  interrupted, with maxBatch 256, store log",
  ],
];

test.each(lines)("an event of a watch is one line ($event)", (event, line) => {
  expect(watchLine(event).replaceAll("\u202f", " ").replaceAll("\u2212", "-")).toBe(line);
});
