import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { signalGroup } from "../../../src/base/process-group.ts";
import { openGroupCpu } from "../../../src/drive/services/group-cpu.ts";

/** The leader of a group of its own whose processes are ended with the test. */
async function groupOf(script: string): Promise<number> {
  const shell = spawn("sh", ["-c", `${script} echo started; exec sleep 1000`], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void signalGroup(shell.pid, "SIGKILL"));
  await once(shell.stdout, "data");
  return shell.pid ?? 0;
}

test("the time of a group is that of all its processes, and never falls when one ends", async () => {
  const group = await groupOf("(trap 'exit 0' TERM; while :; do :; done) & worker=$!;");
  const cpu = await openGroupCpu(group);
  let micros = 0;
  while (micros < 50_000) {
    const now = (await cpu?.cpuMicros()) ?? 0;
    expect(now).toBeGreaterThanOrEqual(micros);
    micros = now;
    await sleep(10);
  }
  signalGroup(group, "SIGKILL");
  expect(await cpu?.cpuMicros()).toBeGreaterThanOrEqual(micros);
});

test("processes that come later are counted as well", async () => {
  const group = await groupOf("(sleep 0.3; while :; do :; done) &");
  const cpu = await openGroupCpu(group);
  while (((await cpu?.cpuMicros()) ?? 0) < 50_000) await sleep(10);
  expect(await cpu?.cpuMicros()).toBeGreaterThanOrEqual(50_000);
});

test("nothing can be told of a group that nobody is in", async () => {
  const shell = spawn("true", { detached: true });
  await once(shell, "exit");
  expect(await openGroupCpu(shell.pid ?? 0)).toBeUndefined();
});
