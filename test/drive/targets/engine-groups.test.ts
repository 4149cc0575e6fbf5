import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { engineTarget } from "../../../src/drive/targets/engine.ts";
import { createLedger } from "../../../src/drive/targets/engine-checks.ts";
import { openEffects, readEffects } from "../../../src/drive/targets/engine-effects.ts";
import { checkGroup, type GroupEvidence } from "../../../src/drive/targets/engine-group-checks.ts";
import { isPoison } from "../../../src/drive/targets/engine-groups.ts";
import { engineSettings } from "../../../src/drive/targets/engine-settings.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

describe("the effects of handlers", () => {
  test("are there line by line when they were said to be, from any offset on", async () => {
    const path = join(await scratchDir(), "effects");
    const effects = await openEffects(path);
    await Promise.all(["1", "2", "3"].map((line) => effects.record(line)));
    const first = await readEffects(path);
    expect(first.lines).toEqual(["1", "2", "3"]);
    await effects.record("4");
    expect((await readEffects(path, first.end)).lines).toEqual(["4"]);
    await effects.close();
  });

  test("leave out a line that was cut short, and are none where there is no file", async () => {
    const path = join(await scratchDir(), "effects");
    expect(await readEffects(path)).toEqual({ lines: [], end: 0 });
    await appendFile(path, "12\n3");
    expect(await readEffects(path)).toEqual({ lines: ["12"], end: 3 });
  });
});

test("poison is about the share that was asked for", () => {
  const group = engineSettings.parse({ kind: "engine", groups: [{ name: "g", poison: "5%" }] }).groups[0];
  if (group === undefined) throw new Error("no group");
  const poison = Array.from({ length: 4000 }, (_, n) => n).filter((n) => isPoison(group, n, 7));
  // Five standard deviations of a binomial count.
  expect(Math.abs(poison.length - 200)).toBeLessThan(5 * Math.sqrt(4000 * 0.05 * 0.95));
});

describe("groups on the dynamometer", () => {
  test("handle everything but poison, and the checks say so", async () => {
    const settings = engineSettings.parse({
      kind: "engine",
      store: "log",
      keys: { distribution: "uniform", count: 10 },
      groups: [
        { name: "plain" },
        { name: "picky", poison: "10%", maxAttempts: 2, retryDelay: "1ms", perKeyOrder: true },
      ],
    });
    const session = await engineTarget.start(settings, {
      seed: 3,
      scratchDir: await scratchDir(),
      scenarioDir: "",
      services: {},
      faults: [],
      verifies: true,
      signal: new AbortController().signal,
    });
    await Promise.all(Array.from({ length: 300 }, (_, n) => session.fire(n, new AbortController().signal)));
    const checks = await session.stop();
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "group plain missed nothing",
        "group picky gave up poison and nothing else",
        "group picky kept the order of each key",
      ]),
    );
  });

  test.each([
    [{ store: "none" }, "groups need a store"],
    [{ operation: "replay" }, "groups need a store"],
    [{ groups: [{ name: "a" }, { name: "a" }] }, "there are two groups named a"],
  ])("are refused where they cannot be: %j", (more, message) => {
    const parsed = engineSettings.safeParse({ kind: "engine", groups: [{ name: "a" }], ...more });
    expect(parsed.error?.issues[0]).toMatchObject({
      path: ["groups"],
      message: expect.stringContaining(message),
    });
  });
});

describe("what is held against a group", () => {
  const group = engineSettings.parse({
    kind: "engine",
    groups: [{ name: "g", poison: "10%", perKeyOrder: true }],
  }).groups[0];
  const ledger = createLedger();
  for (const n of [0, 1, 2, 3]) ledger.acknowledged(n);
  const evidence: GroupEvidence = {
    group: group as GroupEvidence["group"],
    work: { handled: [0, 1, 3], again: 0 },
    dead: [2],
    ledger,
    isPoison: (n) => n === 2,
    keyOf: () => "k",
  };
  const failures = (changed: Partial<GroupEvidence>): string[] =>
    checkGroup({ ...evidence, ...changed })
      .filter(({ ok }) => !ok)
      .map(({ name }) => name);

  test("holds where each event was handled or given up", () => {
    expect(failures({})).toEqual([]);
  });

  test.each<readonly [string, Partial<GroupEvidence>, string[]]>([
    ["an event was missed", { work: { handled: [0, 1], again: 0 } }, ["group g missed nothing"]],
    ["a good event was given up", { dead: [2, 3] }, ["group g gave up poison and nothing else"]],
    [
      "poison was handled",
      { dead: [], work: { handled: [0, 1, 2, 3], again: 0 } },
      ["group g gave up poison and nothing else"],
    ],
    [
      "a key was out of order",
      { work: { handled: [1, 0, 3], again: 0 } },
      ["group g kept the order of each key"],
    ],
  ])("fails when %s", (_, changed, names) => {
    expect(failures(changed)).toEqual(names);
  });
});
