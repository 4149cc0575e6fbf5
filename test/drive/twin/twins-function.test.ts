import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { targetSchemas } from "../../../src/drive/target-schemas.ts";
import type { TwinSide } from "../../../src/drive/twin/pair-bench.ts";
import { openTwins } from "../../../src/drive/twin/twins.ts";
import { checkScenario } from "../../../src/scenario/check-scenario.ts";
import { root } from "../../support/run-dyno.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

/** Rounds of a xorshift, each of which needs the one before. */
const work = `let state = 1;
export function work(rounds) {
  for (let i = 0; i < rounds; i++) { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; }
  return rounds;
}
`;

function sideOf(scenarioDir: string, rounds: number): TwinSide {
  const text = `why: a test\ntarget: { function: work.mjs#work, args: [${rounds}], expect: ${rounds} }\n`;
  const { scenario, problems } = checkScenario(text, "test.yaml", { targetSchemas, env: {} });
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  const entry = join(root, "dist/drive/twin/twin-child.js");
  return { scenario, program: { entry, cwd: root, env: process.env }, scenarioDir };
}

test("twins call functions in samples of the same length, and give what one call costs", async () => {
  const dir = await scratchDir();
  await writeFile(join(dir, "work.mjs"), work);
  const { signal } = new AbortController();
  const options = { seed: 1, env: {}, signal, onService: () => undefined };
  const twins = await openTwins(sideOf(dir, 200), sideOf(dir, 400), options);
  const outcome = await twins.nextPair();
  await twins.close();
  if (outcome.broken !== undefined) throw outcome.error;
  const { pair } = outcome;
  const [base, candidate] = [pair.base.phases[0], pair.candidate.phases[0]];
  expect(base?.operationsPerSample).toBeGreaterThan(1);
  expect(candidate?.operationsPerSample).toBe(base?.operationsPerSample);
  const median = (values: readonly number[] = []): number =>
    values.toSorted((x, y) => x - y)[values.length >> 1] ?? 0;
  // Twice the work; a neighbour can disturb a batch, and not most of them.
  expect(median(candidate?.costMicros) / median(base?.costMicros)).toBeGreaterThan(1.3);
  expect(median(candidate?.p50Micros) / median(base?.p50Micros)).toBeGreaterThan(1.3);
  expect(median(base?.costMicros)).toBeLessThan(50);
  expect(pair.base.checks).toMatchObject([{ name: "answers right", ok: true }]);
});
