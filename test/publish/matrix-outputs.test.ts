import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { renderMatrixCsv } from "../../src/publish/matrix-csv.ts";
import { renderMatrixMetrics } from "../../src/publish/prometheus-matrix.ts";
import { renderMatrixSummary } from "../../src/publish/terminal/matrix.ts";
import { createColours } from "../../src/publish/terminal/symbols.ts";
import { sampleMatrix } from "../support/sample-matrix.ts";

const axes = { "target.store": ["memory", "redis"], "target.payload": ["100B", "4kB"] };
const plain = createColours(false);

test("the table in the terminal has a row for each cell, with spread, the best, and targets met", () => {
  const text = renderMatrixSummary(
    sampleMatrix({ axes, outcomes: { 3: "fail" } }),
    { report: "r.html" },
    plain,
  );
  const rows = text.split("\n").filter((line) => /^ {2}[✓✗?–]/.test(line));
  expect(rows).toHaveLength(4);
  expect(rows[0]).toMatch(/✓ {2}memory {2}100B +\*\d+\u202f\d+\/s +×1\.0\d +\*\d+\u202fµs +×1\.0\d .* 2\/2$/);
  expect(rows[1]).not.toContain("*");
  expect(rows[3]).toMatch(/^ {2}✗ {2}redis .* 1\/2$/);
  expect(text).toContain("* shown to be better than every other of its column by 3 rounds");
  expect(text).toContain("× the greatest of the 3 rounds by the least");
  expect(text).toContain("! store=redis payload=4kB: p99 in full is");
  expect(text).toContain("report  r.html");
});

test("the terminal has a table for each phase, and says nothing of rounds where there was one", () => {
  const text = renderMatrixSummary(sampleMatrix({ axes, phases: ["steady", "full"], rounds: 1 }), {}, plain);
  expect(text.match(/^ {2}(steady|full)$/gm)).toEqual(["  steady", "  full"]);
  expect(text).not.toMatch(/×|\*/);
});

test("table.csv has the values in base units, and what is not known is empty", () => {
  const text = renderMatrixCsv(sampleMatrix({ axes, outcomes: { 1: "setup_failed" }, text: 'a "b", c' }));
  const rows: Record<string, string>[] = parse(text, { columns: true });
  expect(rows).toHaveLength(4);
  expect(rows[0]?.['storea "b", c']).toBe('memorya "b", c');
  expect(Number(rows[0]?.p50)).toBeCloseTo(130, -1);
  expect(Number(rows[0]?.p50_least)).toBeLessThanOrEqual(Number(rows[0]?.p50_greatest));
  expect(rows[1]).toMatchObject({ outcome: "setup_failed", phase: "", p50: "", p50_least: "" });
});

test("metrics.prom has each figure in the units of Prometheus, by cell", async () => {
  const text = await renderMatrixMetrics(sampleMatrix({ axes, outcomes: { 1: "impossible" } }));
  const labels = 'scenario="matrix-store",cell="store=memory payload=100B",phase="full",metric="p50"';
  const value = Number(text.split(`dyno_matrix_value{${labels}} `)[1]?.split("\n")[0]);
  expect(value).toBeCloseTo(130e-6, 5);
  expect(text).toContain(`dyno_matrix_best{${labels}} 1`);
  expect(text).toContain(
    'dyno_matrix_cell_status{scenario="matrix-store",cell="store=memory payload=4kB",status="impossible"} 1',
  );
  expect(text).not.toContain('dyno_matrix_value{scenario="matrix-store",cell="store=memory payload=4kB"');
});
