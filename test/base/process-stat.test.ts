import { expect, test } from "vitest";
import { parseProcess } from "../../src/base/process-stat.ts";

const numbers = "1 70 77 0 -1 4194304 101 0 0 0 30 12 5 3 20 0 1 0 1204408 3133440 383";

test("the time of a process whose name holds spaces and parentheses is read, and what it belongs to", () => {
  expect(parseProcess(`77 (tmux: (x) Z server) S ${numbers}`)).toEqual({
    pid: 77,
    parent: 1,
    group: 70,
    isZombie: false,
    name: "tmux: (x) Z server",
    startedAt: 1_204_408,
    own: 42,
    endedChildren: 8,
  });
});

test("a process that has ended, and that nobody has waited for, is known as such", () => {
  expect(parseProcess(`77 (node) Z ${numbers}`)?.isZombie).toBe(true);
});

test.each(["", "77", "77 )("])("nothing is read from %j", (text) => {
  expect(parseProcess(text)).toBeUndefined();
});
