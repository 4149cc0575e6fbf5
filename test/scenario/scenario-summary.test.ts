import { symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { createScenarioReader } from "../../src/scenario/scenario-summary.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const text = `why: One.
target: { kind: synthetic, law: noop }
warmup: { min: 1s, max: 2s }
repeat: 3
load: [{ phase: steady, shape: constant-rate, rate: 100/s, for: 4s }]
`;

test("a scenario is told with its load, and again when its file has changed", async () => {
  const dir = await scratchDir();
  const file = join(dir, "steady.yaml");
  await writeFile(file, text);
  const read = createScenarioReader(dir, { targetSchemas, env: {} });
  const [first] = await read();
  expect(first).toMatchObject({
    id: "steady",
    scenario: { why: "One.", target: "synthetic", upToMs: 18_000 },
  });
  expect(first?.scenario?.phases).toHaveLength(1);
  // What has not changed is not read again.
  expect((await read())[0]).toBe(first);
  await writeFile(file, text.replace("One.", "Two."));
  await utimes(file, new Date(), new Date(Date.now() + 5000));
  expect((await read())[0]?.scenario?.why).toBe("Two.");
  await writeFile(file, "why: broken\n");
  const [broken] = await read();
  expect(broken?.scenario).toBeUndefined();
  expect(broken?.problems).toBeGreaterThan(0);
});

test("a folder that is not there has no scenarios", async () => {
  const read = createScenarioReader(join(await scratchDir(), "none"), { targetSchemas, env: {} });
  expect(await read()).toEqual([]);
});

test("a file that goes while it is read costs none of the others", async () => {
  const dir = await scratchDir();
  await writeFile(join(dir, "steady.yaml"), text);
  await symlink("nowhere", join(dir, "gone.yaml"));
  const read = createScenarioReader(dir, { targetSchemas, env: {} });
  expect((await read()).map(({ id }) => id)).toEqual(["steady"]);
});
