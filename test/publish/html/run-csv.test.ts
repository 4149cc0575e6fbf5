import { expect, test } from "vitest";
import { timelineCsv } from "../../../src/publish/html/run-csv.ts";
import { sampleResult } from "../../support/sample-result.ts";

const timelineOf = (seconds: number) => sampleResult({ seconds, intervalMs: 100 }).trials[0]?.timeline ?? [];

test("a short timeline is given row by row", () => {
  const timeline = timelineOf(10);
  const { span, heads, rows } = timelineCsv(timeline);
  expect(span).toBe(1);
  expect(heads).toContain("p99_us");
  expect(rows.map(([atMs]) => atMs)).toEqual(timeline.map(({ atMs }) => Math.round(atMs)));
});

test("a long one is given in even spans that lose no operation and no peak, and that say what they are", () => {
  const timeline = timelineOf(600);
  const { span, heads, rows } = timelineCsv(timeline);
  expect(span).toBe(6);
  expect(heads).toContain("p99_us_highest");
  expect(rows.length).toBeLessThanOrEqual(1002);
  const column = (head: string): number[] => rows.map((row) => Number(row[heads.indexOf(head)]));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  expect(sum(column("completed"))).toBe(sum(timeline.map(({ completed }) => completed)));
  expect(sum(column("length_ms"))).toBe(sum(timeline.map(({ lengthMs }) => lengthMs)));
  const highest = Math.max(...timeline.map(({ p99 }) => p99));
  expect(Math.max(...column("p99_us_highest"))).toBe(Number(highest.toPrecision(4)));
  const begins = column("at_ms");
  const lengths = column("length_ms");
  expect(begins.slice(1)).toEqual(begins.slice(0, -1).map((at, i) => at + (lengths[i] ?? 0)));
});
