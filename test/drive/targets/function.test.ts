import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { targetSchemas } from "../../../src/drive/target-schemas.ts";
import { functionTarget } from "../../../src/drive/targets/function.ts";
import { functionSettings } from "../../../src/drive/targets/function-settings.ts";
import { checkScenario } from "../../../src/scenario/check-scenario.ts";
import { scenarioJsonSchema } from "../../../src/scenario/schema.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

/** A function that keeps what it is called with; teardown writes that down. */
const keeper = `import { writeFileSync } from "node:fs";
const seen = [];
export const setup = async () => ({ name: "context" });
export const keep = (...args) => { seen.push(args); return args.length; };
export const keepAsync = async (...args) => { seen.push(args); };
export const lists = [["a"], ["b", "c"]];
export const makeLists = async (context) => [[context?.name ?? "none"]];
export const strings = ["a"];
export const teardown = (context) => writeFileSync(new URL("./seen.json", import.meta.url), JSON.stringify({ seen, context }));
export const fail = () => { throw new Error("it does"); };
let sorted = 0;
export const once = (list) => (sorted++ === 0 ? list.toSorted() : list);
export const never = () => new Promise(() => undefined);
export const neverAgain = (list) => (sorted++ < 1 ? Promise.resolve(list) : new Promise(() => undefined));
export const bare = () => Object.assign(Object.create(null), { a: 1, b: undefined });
`;

async function start(
  settings: object,
  verifies = true,
  signal: AbortSignal = new AbortController().signal,
  scenarioDir?: string,
) {
  const dir = scenarioDir ?? (await scratchDir());
  await writeFile(join(dir, "keeper.mjs"), keeper);
  const context = { seed: 1, scratchDir: "", scenarioDir: dir, services: {}, faults: [], verifies };
  const parsed = functionSettings.parse({ kind: "function", ...settings });
  const session = await functionTarget.start(parsed, { ...context, signal });
  const seen = async () => JSON.parse(await readFile(join(dir, "seen.json"), "utf8"));
  return { session, seen, fire: (n: number) => session.fire(n, signal) };
}

describe("the function target", () => {
  test.each([
    ["args", { args: [1, "b"] }, [[1, "b"]]],
    ["none", {}, [[]]],
    ["more than three", { args: [1, 2, 3, 4, 5] }, [[1, 2, 3, 4, 5]]],
    ["cases in turn", { cases: { small: [1], large: [[2, 3]] } }, [[1], [[2, 3]]]],
    ["a list of the module's", { argsFrom: "#lists" }, [["a"], ["b", "c"]]],
    ["what a function of the module gives", { argsFrom: "#makeLists" }, [["none"]]],
  ])("hands arguments on: %s", async (_, settings, expected) => {
    const { session, seen, fire } = await start({
      module: "keeper.mjs#keep",
      teardown: "#teardown",
      ...settings,
    });
    for (let n = 0; n < 4; n++) expect(fire(n)).toBeUndefined();
    expect(await session.stop()).toEqual([]);
    const last = (await seen()).seen.slice(-4);
    expect(last).toEqual(Array.from({ length: 4 }, (_, n) => expected[n % expected.length]));
  });

  test("hands what setup gave to every call as its last argument, to argsFrom and to teardown", async () => {
    const { session, seen, fire } = await start({
      module: "keeper.mjs#keep",
      setup: "#setup",
      teardown: "#teardown",
      argsFrom: "#makeLists",
    });
    fire(0);
    await session.stop();
    const written = await seen();
    expect(written.context).toEqual({ name: "context" });
    expect(written.seen.at(-1)).toEqual(["context", { name: "context" }]);
  });

  test("gives the promise of an async function, and nothing of another one", async () => {
    const later = await start({ module: "keeper.mjs#keepAsync" });
    expect(later.fire(0)).toBeInstanceOf(Promise);
    const atOnce = await start({ module: "keeper.mjs#keep" });
    expect(atOnce.fire(0)).toBeUndefined();
  });

  test.each([
    [
      "right",
      { module: "keeper.mjs#keep", args: [1, 2], expect: 2 },
      true,
      "its answer was as expected, before and after the load",
    ],
    [
      "wrong",
      { module: "keeper.mjs#keep", args: [1], expect: 2 },
      false,
      "it answered 1 in place of 2, before the load",
    ],
    [
      "right in one case alone",
      { module: "keeper.mjs#keep", cases: { a: [1], b: [1] }, expect: { a: 1, b: 2 } },
      false,
      "b answered 1 in place of 2, before the load",
    ],
    [
      "an error",
      { module: "keeper.mjs#fail", expect: 1 },
      false,
      "it threw it does in place of answering 1, before the load",
    ],
    [
      "right as JSON",
      { module: "keeper.mjs#bare", expect: { a: 1 } },
      true,
      "its answer was as expected, before and after the load",
    ],
    [
      "nothing",
      { module: "keeper.mjs#keepAsync", expect: null },
      false,
      "it answered undefined in place of null, before the load",
    ],
  ])("checks an answer that is %s", async (_, settings, ok, detail) => {
    const { session } = await start(settings);
    expect(await session.stop()).toEqual([{ name: "answers right", ok, detail }]);
  });

  test("checks no answer where the work is not to be checked", async () => {
    const { session } = await start({ module: "keeper.mjs#keep", expect: 7 }, false);
    expect(await session.stop()).toEqual([]);
  });

  test("takes an answer for a case alone that is named, whatever objects are born with", async () => {
    const settings = { cases: { toString: [1], a: [1] }, expect: { a: 1 } };
    const { session } = await start({ module: "keeper.mjs#keep", ...settings });
    expect(await session.stop()).toEqual([expect.objectContaining({ ok: true })]);
  });

  test.each([
    ["at its first call", { module: "keeper.mjs#never" }, true],
    ["where its answer is looked at", { module: "keeper.mjs#neverAgain", args: [[1]], expect: [1] }, true],
    ["where a call is timed", { module: "keeper.mjs#neverAgain" }, false],
  ])("does not wait for ever for an answer, %s", { timeout: 60_000 }, async (_, settings, verifies) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.setTimerTickMode("nextTimerAsync");
    try {
      await expect(start(settings, verifies)).rejects.toMatchObject({
        code: "setup",
        message: expect.stringMatching(/^keeper\.mjs#never(Again)? did not answer within 10\ss$/),
      });
    } finally {
      vi.useRealTimers();
    }
  });

  test("stops waiting for an answer when it is told to", async () => {
    const abort = new AbortController();
    const starting = start({ module: "keeper.mjs#never" }, true, abort.signal);
    abort.abort();
    await expect(starting).rejects.toMatchObject({ code: "aborted" });
  });

  test("tears down what was set up where it does not start after all", async () => {
    const dir = await scratchDir();
    const settings = {
      module: "keeper.mjs#keep",
      setup: "#setup",
      teardown: "#teardown",
      argsFrom: "#strings",
    };
    await expect(start(settings, true, undefined, dir)).rejects.toMatchObject({ code: "setup" });
    expect(JSON.parse(await readFile(join(dir, "seen.json"), "utf8")).context).toEqual({ name: "context" });
  });

  test("tells a teardown that throws", async () => {
    const { session } = await start({ module: "keeper.mjs#keep", teardown: "#fail" });
    expect(await session.stop()).toEqual([{ name: "torn down", ok: false, detail: "#fail threw it does" }]);
  });

  test.each([
    ["setup throws", { setup: "#fail" }, "setup: #fail threw it does"],
    [
      "argsFrom is no list of lists",
      { argsFrom: "#strings" },
      "argsFrom: #strings must be (or give) a list of lists",
    ],
    ["teardown is no function", { teardown: "#lists" }, "the export lists of keeper.mjs is a list"],
  ])("does not start where %s", async (_, settings, message) => {
    const started = start({ module: "keeper.mjs#keep", ...settings });
    await expect(started).rejects.toMatchObject({ code: "setup", message: expect.stringContaining(message) });
  });
});

function checked(target: string, more = "") {
  const text = `why: A test.\ntarget: { kind: function, module: a.mjs, ${target} }\n${more}`;
  return checkScenario(text, "test.yaml", { targetSchemas, env: {} });
}

describe("the settings of a function", () => {
  test.each([
    [
      "args and cases",
      "args: [1], cases: { a: [1] }",
      "target.cases",
      "there are args and cases; give one of them",
    ],
    ["no case", "cases: {}", "target.cases", "give at least one case"],
    [
      "an answer to argsFrom",
      "argsFrom: '#a', expect: 1",
      "target.expect",
      "expect goes with args or cases, and here is argsFrom",
    ],
    [
      "one answer to several cases",
      "cases: { a: [1] }, expect: 1",
      "target.expect",
      "with cases, give each its own answer by name (a)",
    ],
    [
      "an answer to no case",
      "cases: { a: [1] }, expect: { b: 1 }",
      "target.expect.b",
      "there is no case b; there are a",
    ],
    ["a hook that is no export", "setup: a", "target.setup", "name an export of the module, such as #setup"],
  ])("may not have %s", (_, target, path, message) => {
    expect(checked(target).problems).toMatchObject([{ path, message }]);
  });

  test("need no load: one call after the other for 5 s", () => {
    const { scenario } = checked("args: [1]");
    expect(scenario?.load).toEqual([
      {
        phase: "calls",
        loop: "closed",
        shape: "concurrency",
        fromClients: 1,
        toClients: 1,
        durationMs: 5000,
      },
    ]);
    const own = checked("args: [1]", "load: [{ phase: own, shape: constant-rate, rate: 10/s, for: 1s }]");
    expect(own.scenario?.load.map(({ phase }) => phase)).toEqual(["own"]);
  });

  test("let an editor do without a load too", () => {
    expect(scenarioJsonSchema(targetSchemas)).toMatchObject({ required: ["why", "target"] });
    const { synthetic } = targetSchemas;
    const others = scenarioJsonSchema(synthetic === undefined ? {} : { synthetic });
    expect(others).toMatchObject({ required: ["why", "target", "load"] });
  });

  test("leave the load of another target to its file", () => {
    const text = "why: A test.\ntarget: { kind: synthetic, law: noop }\n";
    const { problems } = checkScenario(text, "test.yaml", { targetSchemas, env: {} });
    expect(problems).toMatchObject([{ path: "load" }]);
  });

  test("can be set one by one: a single argument, and the default load", () => {
    const text = "why: A test.\ntarget: { kind: function, module: a.mjs, args: [1, 2] }\n";
    const overrides = [
      { label: "--set", path: ["target", "args", 0], value: 1000 },
      { label: "--set", path: ["load", 0, "for"], value: "1s" },
    ];
    const { scenario } = checkScenario(text, "test.yaml", { targetSchemas, env: {}, overrides });
    expect(scenario?.target.settings).toMatchObject({ args: [1000, 2] });
    expect(scenario?.load[0]?.durationMs).toBe(1000);
  });
});
