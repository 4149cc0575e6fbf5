import { expect, test } from "vitest";
import { falseAlarmRow } from "../../bench/function-gate.ts";

test.each([
  ["too few rounds decide nothing", 0, 3, undefined],
  ["nor do two alarms of 300", 2, 300, undefined],
  ["no alarm of 400 has reached it", 0, 400, 0.01],
  ["five of 100 have missed it", 5, 100, 0.01],
])("the goal of false alarms goes by the interval: %s", (_, alarms, rounds, goal) => {
  expect(falseAlarmRow(alarms, 0, rounds).goal?.value).toBe(goal);
});
