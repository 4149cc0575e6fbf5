import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { readProcess, signalGroup, untilGroupEnds } from "../../src/base/process-group.ts";

test("a process that is not there is not known", () => {
  expect(readProcess(2 ** 30)).toBeUndefined();
});

test("a group has ended when its last process has, and not with its leader", async () => {
  const shell = spawn("sh", ["-c", "sleep 1000 & echo $!"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(shell.stdout, "data")) as [Buffer];
  await once(shell, "exit");
  expect(await untilGroupEnds(shell.pid, 0)).toBe(false);
  process.kill(Number(line.toString()), "SIGKILL");
  expect(await untilGroupEnds(shell.pid, 20_000)).toBe(true);
  expect(await untilGroupEnds(undefined, 20_000)).toBe(true);
  expect(signalGroup(undefined, "SIGKILL")).toBe(false);
});
