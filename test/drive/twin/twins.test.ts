import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DynoError } from "../../../src/base/errors.ts";
import { targetSchemas } from "../../../src/drive/target-schemas.ts";
import type { TwinSide } from "../../../src/drive/twin/pair-bench.ts";
import { openTwins, type Twins } from "../../../src/drive/twin/twins.ts";
import { checkScenario } from "../../../src/scenario/check-scenario.ts";
import { root } from "../../support/run-dyno.ts";
import { scratchDir } from "../../support/scratch-dir.ts";
import { twinsAlive } from "../../support/twins-alive.ts";

const entry = join(root, "dist/drive/twin/twin-child.js");

function sideOf(target: string, program: Partial<TwinSide["program"]> = {}, more = ""): TwinSide {
  const text = `why: a test\ntarget: ${target}\nwarmup: none\nload: [{ phase: full, shape: concurrency, clients: 4, for: 1s }]\n${more}`;
  const { scenario, problems } = checkScenario(text, "test.yaml", { targetSchemas, env: {} });
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return { scenario, program: { entry, cwd: root, env: process.env, ...program }, scenarioDir: root };
}

async function openFor(
  base: TwinSide,
  candidate: TwinSide,
  signal = new AbortController().signal,
): Promise<Twins> {
  return openTwins(base, candidate, { seed: 1, env: {}, signal, onService: () => undefined });
}

const work = "{ kind: synthetic, law: work, rounds: 2000 }";

describe("twins", () => {
  test("work in turn in fresh processes; the next pair has the other order and other seeds", async () => {
    const twins = await openFor(sideOf(work), sideOf("{ kind: synthetic, law: work, rounds: 4000 }"));
    const [first, second] = [await twins.nextPair(), await twins.nextPair()];
    await twins.close();
    if (first.broken !== undefined || second.broken !== undefined) throw new Error("broken");
    expect([first.pair.first, second.pair.first].toSorted()).toEqual(["base", "candidate"]);
    expect(first.pair.seed).not.toBe(second.pair.seed);
    for (const { base, candidate } of [first.pair, second.pair]) {
      const [a, b] = [base.phases[0], candidate.phases[0]];
      expect(a?.phase).toBe("full");
      expect(b?.completed).toBeGreaterThan(0);
      // Twice the work; a neighbour can disturb a batch, and not most of them.
      const median = (values: readonly number[] = []): number =>
        values.toSorted((x, y) => x - y)[values.length >> 1] ?? 0;
      expect(median(b?.costMicros) / median(a?.costMicros)).toBeGreaterThan(1.3);
      expect(base.rssPeakBytes).toBeGreaterThan(10_000_000);
    }
    expect(twinsAlive()).toEqual([]);
  });

  test("check the work in their first pair only", async () => {
    const engine = "{ kind: engine, store: memory }";
    const twins = await openFor(sideOf(engine), sideOf(engine));
    const [first, second] = [await twins.nextPair(), await twins.nextPair()];
    await twins.close();
    expect(first.pair?.candidate.checks.length).toBeGreaterThan(2);
    expect(first.pair?.candidate.checks.every(({ ok }) => ok)).toBe(true);
    expect(second.pair?.candidate.checks).toEqual([]);
  });

  test("say which side died, and with which last words; the other is ended", async () => {
    const dir = await scratchDir();
    const dying = join(dir, "dying.mjs");
    await writeFile(dying, `console.error("out of luck"); process.exit(7);`);
    const twins = await openFor(sideOf(work), sideOf(work, { entry: dying }));
    const outcome = await twins.nextPair();
    await twins.close();
    expect(outcome.broken).toBe("candidate");
    expect(outcome.broken && outcome.error.message).toMatch(
      /candidate's process ended with exit code 7; it wrote:\nout of luck/,
    );
    expect(twinsAlive()).toEqual([]);
  });

  test("refuse a side that speaks another protocol", async () => {
    const dir = await scratchDir();
    const foreign = join(dir, "foreign.mjs");
    await writeFile(foreign, `process.send({ type: "hello", protocol: 99 }); setInterval(() => {}, 1000);`);
    const twins = await openFor(sideOf(work, { entry: foreign }), sideOf(work));
    const outcome = await twins.nextPair();
    await twins.close();
    expect(outcome).toMatchObject({ broken: "base", error: { code: "setup" } });
    expect(outcome.broken && outcome.error.message).toContain("version 99 of the twin protocol");
  });

  test("leave no process when they are interrupted", async () => {
    const abort = new AbortController();
    const twins = await openFor(sideOf(work), sideOf(work), abort.signal);
    const pair = twins.nextPair().catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 200));
    abort.abort();
    const error = await pair;
    await twins.close();
    expect(error).toBeInstanceOf(DynoError);
    expect(error).toMatchObject({ code: "aborted" });
    expect(twinsAlive()).toEqual([]);
  });

  test("refuse faults, which slices have no time for", async () => {
    const side = sideOf(
      "{ kind: engine, store: log }",
      {},
      "faults: [{ at: 100ms, fault: handler-errors, for: 100ms, share: 50% }]\n",
    );
    await expect(openFor(side, side)).rejects.toMatchObject({ code: "usage" });
  });
});
