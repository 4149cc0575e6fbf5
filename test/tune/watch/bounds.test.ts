import { describe, expect, test } from "vitest";
import { createRetuneBounds } from "../../../src/tune/watch/retune-bounds.ts";
import { createShunList } from "../../../src/tune/watch/shun-list.ts";
import { createTargetGuard, missOfProbe } from "../../../src/tune/watch/target-guard.ts";
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
    return [...misses].map(
      (letter) =>
        `${guard.take(letter === "x" ? "much" : letter === "-" ? "little" : "none")}${guard.isAlert() ? "!" : ""}`,
    );
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

  test("waits for more of misses that are little, as noise brings them about near a limit", () => {
    const verdicts = take({ breaks: 3, probation: 0 }, `${"-".repeat(9)}.${"-".repeat(10)}`);
    expect(verdicts.indexOf("broken")).toBe(19);
    expect(take({ breaks: 3, probation: 0 }, "x-x-x").at(-1)).toBe("broken");
    expect(missOfProbe([-0.2, 0.1])).toBe("little");
    expect(missOfProbe([0.2, 0.1])).toBe("much");
    expect(missOfProbe([])).toBe("none");
    expect(missOfProbe(undefined)).toBe("much");
  });

  test("is urgent on probation, which misses do not shorten", () => {
    expect(take({ breaks: 2, probation: 2 }, ".x..")).toEqual(["fine!", "fine!", "settled", "fine"]);
  });
});
