import { describe, expect, test } from "vitest";
import { createRetuneBounds } from "../../../src/tune/watch/retune-bounds.ts";
import { createShunList } from "../../../src/tune/watch/shun-list.ts";
import { createTargetGuard } from "../../../src/tune/watch/target-guard.ts";
import { watchedSpace } from "../../support/watched-system.ts";

test("the pause after searches in vain doubles up to sixteen times, until one is proven", () => {
  const bounds = createRetuneBounds(10);
  expect(bounds.allowedAtMs()).toBe(0);
  const pauses = Array.from({ length: 7 }, () => {
    bounds.ended(1000, false);
    return bounds.allowedAtMs() - 1000;
  });
  expect(pauses).toEqual([10, 20, 40, 80, 160, 160, 160]);
  bounds.ended(2000, true);
  expect([bounds.allowedAtMs(), bounds.lastEndedAtMs()]).toEqual([2010, 2000]);
});

test("what is shunned is measured again after some time", () => {
  const list = createShunList(watchedSpace);
  const config = watchedSpace.defaults;
  list.add([config], 7);
  const probes = Array.from({ length: 40 }, (_, probe) => probe);
  expect(probes.filter((probe) => list.has(config, 7 + probe))).toEqual(probes.slice(0, 21));
  expect(list.has({ ...config, depth: 65 }, 7)).toBe(false);
});

describe("the guard of targets", () => {
  const take = (rules: { breaks: number; probation: number }, misses: string): string[] => {
    const guard = createTargetGuard(rules);
    return [...misses].map((letter) => `${guard.take(letter === "x")}${guard.isAlert() ? "!" : ""}`);
  };

  test("breaks at so many misses in a row, and is urgent from the first one until then", () => {
    expect(take({ breaks: 3, probation: 0 }, ".xx.xxxx.")).toEqual([
      "fine",
      "fine!",
      "fine!",
      "fine",
      "fine!",
      "fine!",
      "broken",
      "still_broken",
      "fine",
    ]);
  });

  test("is urgent on probation, which misses do not shorten", () => {
    expect(take({ breaks: 2, probation: 2 }, ".x..")).toEqual(["fine!", "fine!", "settled", "fine"]);
  });
});
