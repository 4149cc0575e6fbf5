import { randomUUID } from "node:crypto";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ComparisonResult } from "../../src/measure/comparison.ts";
import { untilNoneAliveWith } from "../support/processes.ts";
import { root, runNode } from "../support/run-dyno.ts";
import { gitIdentity, type ScratchRepository, scratchRepository } from "../support/scratch-repository.ts";

const suite = `why: the server
scenarios: [http]
budget: 150s
margins: { throughput: 30% }
prepare: { install: "ln -s ${join(root, "node_modules")} node_modules", build: "" }
`;
const scenario = `why: the server
target:
  kind: http
  url: /greeting/ann
  expect: { json: { greeting: "hello, ann" } }
  start: { command: node server.mjs, cwd: ../server, ready: { url: /healthz } }
warmup: none
load: [{ phase: full, shape: concurrency, clients: 4, for: 300ms }]
`;
const server = "server/server.mjs";
const text = readFileSync(join(root, "examples/http-server/server.mjs"), "utf8");

/** A repository with this dyno as it is built, and a server. */
async function serverRepository(): Promise<ScratchRepository> {
  const repository = await scratchRepository();
  for (const part of ["dist", "package.json"])
    cpSync(join(root, part), join(repository.dir, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(repository.dir, "node_modules"));
  repository.commit({
    ".gitignore": "node_modules\nreports\n",
    "scenarios/gate.yaml": suite,
    "scenarios/http.yaml": scenario,
    [server]: text,
  });
  return repository;
}

test("dyno gate measures the server of each revision, and fails where it got slower or does not start any more", {
  timeout: 400_000,
}, async () => {
  const repository = await serverRepository();
  const marker = randomUUID();
  const gate = async (base: string) => {
    const args = [join(repository.dir, "dist", "main.js"), "gate", "--base", base, "--json", "--no-progress"];
    const env = { ...gitIdentity, DYNO_TEST_RUN: marker };
    const { code, stdout, stderr } = await runNode(args, { cwd: repository.dir, env });
    return { code, stderr, ...(JSON.parse(stdout) as ComparisonResult) };
  };

  repository.commit({ [server]: text.replace('WORK_ROUNDS = "0"', 'WORK_ROUNDS = "300000"') }, "Work harder");
  const slower = await gate("HEAD^");
  expect(slower.code, slower.stderr).toBe(1);
  const [metric] = slower.comparisons[0]?.metrics ?? [];
  expect(metric).toMatchObject({ metric: "throughput", verdict: "worse", outcome: "fail" });

  repository.commit({ [server]: "console.error('no such database'); process.exit(5);\n" }, "Break it");
  const broken = await gate("HEAD^");
  expect(broken.code, broken.stderr).toBe(4);
  expect(broken.reason).toMatch(
    /the candidate has no server: the server \(node server\.mjs\) ended with code 5 after .* before it was ready; it wrote last: no such database/i,
  );
  await untilNoneAliveWith(marker);
});
