import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { readDurability } from "../../../src/engine/stores/redis-durability.ts";

test("a connection that is lost while the server is asked is not taken for a server that promises nothing", async () => {
  const client = new Redis({ lazyConnect: true });
  client.info = (async () =>
    "redis_version:7.0.15\r\nrole:master\r\naof_enabled:1\r\n") as typeof client.info;
  client.config = (async () => Promise.reject(new Error("Connection is closed."))) as typeof client.config;
  await expect(readDurability(client)).rejects.toThrow("Connection is closed.");
});
