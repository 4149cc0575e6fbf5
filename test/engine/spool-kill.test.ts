import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createEngine } from "../../src/engine/create-engine.ts";
import { usePrivateRedis } from "../support/redis-private.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const redis = usePrivateRedis("always");

interface Told {
  readonly n: number;
  readonly at: "memory" | "spool" | "store";
  readonly duplicate: boolean;
  readonly waiting: number;
}

/** A process with an engine that publishes, and what it has told so far. */
function startChild(stream: string, dir: string, first: number) {
  const child = fork(
    new URL("../support/spool-child.ts", import.meta.url),
    [redis().url, stream, dir, String(first)],
    { execArgv: ["--import", "tsx"], stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  const told: Told[] = [];
  child.on("message", (message) => told.push(message as Told));
  const until = (isTold: (one: Told) => boolean) =>
    expect.poll(() => told.some(isTold), { timeout: 15_000, interval: 2 }).toBe(true);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await once(child, "close");
  };
  return { told, until, kill };
}

test("every acknowledged event is there once and in order after the engine's process was killed, with Redis away and in mid-drain", async () => {
  const stream = `kill:${randomUUID()}`;
  const dir = await scratchDir();
  const server = redis().process;
  const acknowledged: number[] = [];
  let next = 0;
  const live = async (end: (child: ReturnType<typeof startChild>) => Promise<void>): Promise<void> => {
    const child = startChild(stream, dir, next);
    await end(child);
    await child.kill();
    acknowledged.push(...child.told.map(({ n }) => n));
    // What was under way is published again, under its key.
    next = Math.max(0, ...acknowledged) - 15;
  };

  await live(async ({ until }) => {
    await until(({ at }) => at === "store");
    await server.kill();
    await until(({ at }) => at === "spool");
    await sleep(200);
  });
  await server.restart();
  await live(async ({ until, told }) => {
    await until(({ at }) => at === "store");
    await server.kill();
    await until(({ at }) => at === "spool");
    await sleep(400);
    await server.restart();
    const before = told.length;
    const most = Math.max(...told.map(({ waiting }) => waiting));
    await until((one) => one.waiting < most && told.indexOf(one) >= before);
  });

  const engine = await createEngine({
    store: { kind: "redis", url: redis().url, stream },
    fallback: { kind: "spool", dir },
  });
  try {
    await expect.poll(() => engine.health().status, { timeout: 15_000 }).toBe("ok");
    const numbers: number[] = [];
    for await (const batch of engine.replay()) numbers.push(...batch.map(({ data }) => data as number));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    const there = new Set(numbers);
    expect(acknowledged.filter((n) => !there.has(n))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(100);
  } finally {
    await engine.close();
  }
}, 60_000);
