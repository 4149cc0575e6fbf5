import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { targetSchemas } from "../../../src/drive/target-schemas.ts";
import type { TwinSide } from "../../../src/drive/twin/pair-bench.ts";
import { openTwins, type Twins } from "../../../src/drive/twin/twins.ts";
import { compareTwins } from "../../../src/judge/compare/compare-twins.ts";
import { makeComparison } from "../../../src/judge/compare/make-comparison.ts";
import { gateQuestion } from "../../../src/judge/compare/question.ts";
import { checkScenario } from "../../../src/scenario/check-scenario.ts";
import { aliveWith } from "../../support/processes.ts";
import { root } from "../../support/run-dyno.ts";

const marker = `DYNO_TEST_RUN=${randomUUID()}`;
const [name = "", value = ""] = marker.split("=");

/** A side with the server of the example; `env` says how it behaves. */
function sideOf(
  env: Readonly<Record<string, number>> = {},
  { command = "node server.mjs", ready = "{ url: /healthz }" } = {},
): TwinSide {
  const start = `{ command: ${JSON.stringify(command)}, env: ${JSON.stringify(env)}, ready: ${ready}, stop: { within: 300ms } }`;
  const text = `why: a test
target: { kind: http, url: /greeting/ann, expect: { json: { greeting: "hello, ann" } }, start: ${start} }
warmup: none
load: [{ phase: full, shape: concurrency, clients: 4, for: 300ms }]
`;
  const { scenario, problems } = checkScenario(text, "test.yaml", { targetSchemas, env: {} });
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  const program = {
    entry: join(root, "dist/drive/twin/twin-child.js"),
    cwd: root,
    env: { ...process.env, [name]: value },
  };
  return { scenario, program, scenarioDir: join(root, "examples/http-server") };
}

function openFor(
  base: TwinSide,
  candidate: TwinSide,
  { signal = new AbortController().signal } = {},
): Promise<Twins> {
  return openTwins(base, candidate, { seed: 1, env: {}, signal, onService: () => undefined });
}

/** It answers a hundred times. */
const mortal =
  "let n = 0; require('node:http').createServer((q, r) => ++n > 100 ? process.exit(3) : r.end('{\\u0022greeting\\u0022:\\u0022hello, ann\\u0022}')).listen(process.env.PORT);";

describe("twins whose target brings a server", () => {
  test("each have a fresh one of their own, whose time counts, and leave none", async () => {
    const twins = await openFor(sideOf(), sideOf());
    const { pair } = await twins.nextPair();
    expect(aliveWith(marker)).toEqual([]);
    await twins.close();
    expect(twins.services).toEqual(["server: node server.mjs, started by dyno"]);
    expect(pair?.core).toBeUndefined();
    for (const arm of [pair?.base, pair?.candidate]) {
      expect(arm?.phases[0]).toMatchObject({ phase: "full", failed: 0 });
      expect(arm?.phases[0]?.completed).toBeGreaterThan(0);
    }
  });

  test("are broken where a server does not start, with what it wrote; that is a matter of set-up", async () => {
    const twins = await openFor(sideOf(), sideOf({ CRASH_AFTER_MS: 0 }));
    const outcome = await twins.nextPair();
    await twins.close();
    expect(outcome).toMatchObject({ broken: "candidate", error: { code: "setup" } });
    expect(outcome.broken && outcome.error.message).toMatch(
      /^the candidate has no server: the server \(node server\.mjs\) ended with code 3 .* it wrote last: something went badly wrong$/,
    );
    expect(aliveWith(marker)).toEqual([]);
  });

  test("are broken where a server ends while it is measured", async () => {
    const twins = await openFor(sideOf({}, { command: `node -e "${mortal}"` }), sideOf());
    const outcome = await twins.nextPair();
    await twins.close();
    expect(outcome).toMatchObject({ broken: "base", error: { code: "unavailable" } });
    expect(outcome.broken && outcome.error.message).toMatch(
      /^the base lost its server: the server \(node -e .*\) ended with code 3 after/,
    );
    expect(aliveWith(marker)).toEqual([]);
  });

  test("say that a server had to be killed, and so does their comparison", async () => {
    const told: string[] = [];
    const [base, candidate] = [sideOf(), sideOf({ IGNORE_SIGTERM: 1 })];
    const question = gateQuestion({}, 1);
    const compared = await compareTwins(base, candidate, {
      question,
      budgetMs: 1,
      usesWholeBudget: false,
      seed: 1,
      env: {},
      signal: new AbortController().signal,
      onService: (text) => void told.push(text),
      onPair: () => undefined,
    });
    const info = { name: "base", description: "" };
    const sides = { scenario: candidate.scenario, base: info, candidate: info };
    const { warnings } = makeComparison({ ...sides, question, compared, seed: 1, budgetMs: 1 });
    const warning = expect.stringMatching(
      /^candidate: the server .* had not ended 300\sms after SIGTERM, and was killed/,
    );
    expect(warnings).toEqual([warning]);
    expect(told.slice(1)).toEqual([warning]);
    expect(aliveWith(marker)).toEqual([]);
  });

  test("leave no server where they are interrupted while it starts", async () => {
    const stop = new AbortController();
    const twins = await openFor(sideOf({ NEVER_READY: 1 }), sideOf(), { signal: stop.signal });
    const pair = twins.nextPair();
    stop.abort();
    await expect(pair).rejects.toMatchObject({ code: "aborted" });
    await twins.close();
    expect(aliveWith(marker)).toEqual([]);
  });

  test("are refused where both would listen on one port", async () => {
    const fixed = sideOf({}, { ready: "{ port: 8080 }" });
    await expect(openFor(fixed, fixed)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/port 8080 at the same time; .*`ready: { port: auto }`/),
    });
  });
});
