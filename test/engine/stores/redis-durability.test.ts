import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { openRedisStore } from "../../../src/engine/stores/redis.ts";
import { readDurability } from "../../../src/engine/stores/redis-durability.ts";
import { troubleOf } from "../../../src/engine/stores/redis-errors.ts";
import { preparedEvents } from "../../support/events.ts";
import { usePrivateRedis } from "../../support/redis-private.ts";
import { readAll } from "./contract.ts";

const redis = usePrivateRedis("always");

test("a connection that is lost while the server is asked is not taken for a server that promises nothing", async () => {
  const client = new Redis({ lazyConnect: true });
  client.info = (async () =>
    "redis_version:7.0.15\r\nrole:master\r\naof_enabled:1\r\n") as typeof client.info;
  client.config = (async () => Promise.reject(new Error("Connection is closed."))) as typeof client.config;
  await expect(readDurability(client)).rejects.toThrow("Connection is closed.");
});

test("a server that is busy when it is asked for its settings is asked again later", async () => {
  const client = new Redis({ lazyConnect: true });
  const busy = Object.assign(new Error("BUSY Redis is busy running a script."), { name: "ReplyError" });
  client.info = (async () =>
    "redis_version:7.0.15\r\nrole:master\r\naof_enabled:1\r\n") as typeof client.info;
  client.config = (async () => Promise.reject(busy)) as typeof client.config;
  const error = await readDurability(client).catch((thrown: unknown) => thrown);
  expect(troubleOf(error)).toBe("again");
});

test("a server that still loads its file is asked again later: it says that it has none meanwhile", async () => {
  const client = new Redis({ lazyConnect: true });
  client.info = (async () =>
    "redis_version:7.0.15\r\nrole:master\r\nloading:1\r\naof_enabled:0\r\n") as typeof client.info;
  const error = await readDurability(client).catch((thrown: unknown) => thrown);
  expect(troubleOf(error)).toBe("again");
});

test("no append fails while a server that was killed loads its file", async () => {
  const service = redis();
  const admin = new Redis(service.url);
  await admin.eval("for i = 1, 1000000 do redis.call('INCR', 'counter') end", 0);
  admin.disconnect();
  const store = await openRedisStore({ kind: "redis", url: service.url, stream: "loading" });
  onTestFinished(() => store.close());
  await store.append(preparedEvents(1, "before-"), "durable");
  await service.process.kill();
  let isBack = false;
  const back = service.process.restart().then(() => {
    isBack = true;
  });
  const appends: Promise<string>[] = [];
  for (let i = 0; !isBack; i++) {
    const append = store.append(preparedEvents(1, `meanwhile-${i}-`), "durable");
    append.catch(() => undefined);
    appends.push(append);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await back;
  await Promise.all(appends);
  expect(await readAll(store)).toHaveLength(appends.length + 1);
});
