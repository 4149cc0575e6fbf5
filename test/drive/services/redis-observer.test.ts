import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { openRedisObserver } from "../../../src/drive/services/redis-observer.ts";

const url = process.env.DYNO_TEST_REDIS_URL ?? "";

test("an observer counts the server's CPU time and its work", async () => {
  const observer = await openRedisObserver(url);
  const client = new Redis(url);
  onTestFinished(() => {
    client.disconnect();
    observer.close();
  });
  const before = { cpu: await observer.cpuMicros(), ...(await observer.counters()) };
  const key = `test:${randomUUID()}`;
  await Promise.all(Array.from({ length: 5000 }, () => client.set(key, "v")));
  const after = { cpu: await observer.cpuMicros(), ...(await observer.counters()) };
  await client.del(key);
  const names = Object.keys(after);
  expect(after.cpu).toBeGreaterThan(before.cpu);
  expect(names.filter((name) => name !== "cpu").every((name) => name.startsWith("redis_"))).toBe(true);
});
