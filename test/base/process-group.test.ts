import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import {
  parseProcessStat,
  readProcessState,
  signalGroup,
  untilGroupEnds,
} from "../../src/base/process-group.ts";

test.each([
  ["a plain name", "4711 (node) S 1 4700 4700 0 -1 4194560 9 8 7 6 12 3 4 1 20 0 11 0", false],
  [
    "a name with spaces and parentheses",
    "4711 (a) Z (b) S 1 4700 4700 0 -1 4194560 9 8 7 6 12 3 4 1 20",
    false,
  ],
  ["one that has ended", "4711 (node) Z 1 4700 4700 0 -1 4194560 9 8 7 6 12 3 4 1 20", true],
])("the state of a process is read: %s", (_, text, isZombie) => {
  expect(parseProcessStat(text)).toEqual({ group: 4700, isZombie, cpuMicros: 200_000 });
});

test("a process that is not there has no state", () => {
  expect(readProcessState(2 ** 30)).toBeUndefined();
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
