import { expect, test } from "vitest";
import { openFaultDesk } from "../../src/drive/fault-desk.ts";
import { createFaultLine } from "../../src/drive/fault-line.ts";
import type { EndFault } from "../../src/drive/target.ts";
import type { Fault } from "../../src/scenario/fault.ts";

const fault = (kind: "redis-kill" | "redis-pause"): Fault => ({ kind, atMs: 0, forMs: 0 });

/** A trial's line that leads to a desk, as it does from process to process. */
function connected(begin: (fault: Fault) => Promise<EndFault>) {
  const line = createFaultLine((message) => queueMicrotask(() => desk.take(message)));
  const desk = openFaultDesk(begin, (message) => queueMicrotask(() => line.take(message)));
  return { line, desk };
}

test("a trial that asks for a fault hears when it has begun, and when it has ended", async () => {
  const log: string[] = [];
  const { line } = connected(async ({ kind }) => {
    log.push(`${kind} begins`);
    return async () => void log.push(`${kind} ends`);
  });
  const end = await line.begin(fault("redis-kill"));
  expect(log).toEqual(["redis-kill begins"]);
  await end();
  expect(log).toEqual(["redis-kill begins", "redis-kill ends"]);
});

test("a trial hears why a fault cannot be begun or ended", async () => {
  const { line } = connected(async ({ kind }) => {
    if (kind === "redis-pause") throw new Error("there is no server");
    return async () => {
      throw new Error("it does not come back");
    };
  });
  await expect(line.begin(fault("redis-pause"))).rejects.toThrow("there is no server");
  const end = await line.begin(fault("redis-kill"));
  await expect(end()).rejects.toThrow("it does not come back");
});

test("what a trial leaves broken is mended when it is gone, each once, whatever becomes of the others", async () => {
  const ended: string[] = [];
  const { line, desk } = connected(async ({ kind }) => async () => {
    ended.push(kind);
    if (kind === "redis-kill") throw new Error("it does not come back");
  });
  await line.begin(fault("redis-kill"));
  await line.begin(fault("redis-pause"));
  await (await line.begin(fault("redis-pause")))();
  await desk.close();
  expect(ended).toEqual(["redis-pause", "redis-kill", "redis-pause"]);
});

test("a fault that was asked for just before the trial went is waited for and mended", async () => {
  const log: string[] = [];
  const desk = openFaultDesk(
    async () => {
      await new Promise((resolve) => setImmediate(resolve));
      log.push("begun");
      return async () => void log.push("ended");
    },
    () => undefined,
  );
  desk.take({ type: "fault-begin", id: 0, fault: fault("redis-kill") });
  await desk.close();
  expect(log).toEqual(["begun", "ended"]);
});
