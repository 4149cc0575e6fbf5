import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../src/drive/services/free-port.ts";
import type { EventStore } from "../../../src/engine/store.ts";
import { openRedisStore } from "../../../src/engine/stores/redis.ts";
import { ownerKey } from "../../../src/engine/stores/redis-script.ts";
import { preparedEvents } from "../../support/events.ts";
import { usePrivateRedis } from "../../support/redis-private.ts";
import { openRedisProxy } from "../../support/redis-proxy.ts";
import { readAll } from "./contract.ts";

// Shared with other test files: nothing here may change its configuration or touch their keys.
const sharedUrl = process.env.DYNO_TEST_REDIS_URL ?? "";

async function open(url: string, stream: string, reconnectMs = 10_000): Promise<EventStore> {
  const store = await openRedisStore({ kind: "redis", url, stream, reconnectMs });
  onTestFinished(() => store.close());
  return store;
}

function control(url: string): Redis {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

function freshStream(): string {
  return `test:${randomUUID()}`;
}

async function idsIn(store: EventStore): Promise<string[]> {
  return (await readAll(store)).map(({ id }) => id);
}

describe("a stream's owner", () => {
  test("is refused with conflict when another took over, and the other is not disturbed", async () => {
    const stream = freshStream();
    const first = await open(sharedUrl, stream);
    await first.append(preparedEvents(1, "first-"), "stored");
    const second = await open(sharedUrl, stream);
    await second.append(preparedEvents(1, "second-"), "stored");
    for (let i = 0; i < 2; i++) {
      const appended = first.append(preparedEvents(1, "late-"), "stored");
      await expect(appended).rejects.toMatchObject({ code: "conflict" });
    }
    await second.append(preparedEvents(1, "third-"), "stored");
    expect(await idsIn(second)).toEqual(["first-0", "second-0", "third-0"]);
  });

  test("finds the entry of a batch whose reply was lost", async () => {
    const proxy = await openRedisProxy(sharedUrl);
    const store = await open(proxy.url, freshStream());
    await store.append(preparedEvents(1, "a-"), "stored");
    proxy.loseReplies();
    const appended = [
      store.append(preparedEvents(2, "b-"), "stored"),
      store.append(preparedEvents(2, "c-"), "stored"),
    ];
    await sleep(50);
    proxy.cut();
    proxy.mend();
    const entries = await Promise.all(appended);
    const read = await readAll(store);
    expect(read.map(({ id }) => id)).toEqual(["a-0", "b-0", "b-1", "c-0", "c-1"]);
    expect([read[1]?.position.entry, read[3]?.position.entry]).toEqual(entries);
    expect(store.counters()).toMatchObject({ already_stored: 2, resends: 0, lost_by_server: 0 });
  });

  test("removes what it rejected in an outage, though Redis had stored it", async () => {
    const proxy = await openRedisProxy(sharedUrl);
    const stream = freshStream();
    const store = await open(proxy.url, stream, 100);
    await store.append(preparedEvents(1, "a-"), "stored");
    proxy.loseReplies();
    const rejected = store.append(preparedEvents(1, "rejected-"), "stored");
    rejected.catch(() => undefined);
    await expect.poll(() => control(sharedUrl).xlen(stream)).toBe(2);
    proxy.cut();
    await expect(rejected).rejects.toMatchObject({ code: "unavailable" });
    await expect(store.append(preparedEvents(1), "stored")).rejects.toMatchObject({ code: "unavailable" });
    proxy.mend();
    await expect
      .poll(() => store.append(preparedEvents(1, "b-"), "stored").catch(() => ""), { timeout: 5000 })
      .not.toBe("");
    expect(await idsIn(store)).toEqual(["a-0", "b-0"]);
    expect(store.counters()).toMatchObject({ outages: 1 });
  });

  test("stores each batch once, in order, while its connection is killed again and again", async () => {
    const stream = freshStream();
    const proxy = await openRedisProxy(sharedUrl);
    const store = await open(proxy.url, stream);
    const appended: Promise<string>[] = [];
    for (let i = 0; i < 400; i++) {
      appended.push(store.append(preparedEvents(3, `batch-${i}-`), "stored"));
      if (i % 10 === 0) await new Promise(setImmediate);
      if (i % 57 === 0) {
        proxy.cut();
        proxy.mend();
      }
    }
    const entries = await Promise.all(appended);
    const read = await readAll(store);
    expect(read.map(({ id }) => id)).toEqual(
      entries.flatMap((_, i) => [0, 1, 2].map((n) => `batch-${i}-${n}`)),
    );
    expect(read.filter(({ position }) => position.index === 0).map(({ position }) => position.entry)).toEqual(
      entries,
    );
    expect(store.counters().reconnects).toBeGreaterThan(0);
  });

  test("goes on when the server has forgotten the scripts", async () => {
    const store = await open(sharedUrl, freshStream());
    await store.append(preparedEvents(1, "a-"), "stored");
    await control(sharedUrl).script("FLUSH");
    await Promise.all([0, 1, 2, 3].map((i) => store.append(preparedEvents(1, `b${i}-`), "stored")));
    expect(await idsIn(store)).toEqual(["a-0", "b0-0", "b1-0", "b2-0", "b3-0"]);
  });

  test("gives the server again what it acknowledged and lost, before anything new", async () => {
    const stream = freshStream();
    const store = await open(sharedUrl, stream);
    for (let i = 0; i < 3; i++) await store.append(preparedEvents(1, `lost-${i}-`), "stored");
    await control(sharedUrl).del(stream, ownerKey(stream));
    await store.append(preparedEvents(1, "kept-"), "stored");
    await store.append(preparedEvents(1, "kept-too-"), "stored");
    expect(await idsIn(store)).toEqual(["lost-0-0", "lost-1-0", "lost-2-0", "kept-0", "kept-too-0"]);
    expect(store.counters()).toMatchObject({ lost_by_server: 0, resent_after_loss: 3 });
  });

  test("gives the server again what it lost though it stays away until appends are rejected", async () => {
    const stream = freshStream();
    const proxy = await openRedisProxy(sharedUrl);
    const store = await open(proxy.url, stream, 50);
    await store.append(preparedEvents(1, "a-"), "stored");
    const admin = control(sharedUrl);
    await store.append(preparedEvents(1, "lost-"), "stored");
    proxy.cut();
    // As a replica that had not heard of the last batch when it took over.
    await admin.hset(ownerKey(stream), "seq", 1);
    await admin.xdel(stream, (await admin.xrevrange(stream, "+", "-", "COUNT", 1))[0]?.[0] ?? "");
    await expect(store.append(preparedEvents(1, "r-"), "stored")).rejects.toMatchObject({
      code: "unavailable",
    });
    proxy.mend();
    await expect
      .poll(() => store.append(preparedEvents(1, "b-"), "stored").catch(() => ""), { timeout: 5000 })
      .not.toBe("");
    expect(await idsIn(store)).toEqual(["a-0", "lost-0", "b-0"]);
    expect(store.counters()).toMatchObject({ lost_by_server: 0, resent_after_loss: 1 });
  });

  test("reads on when the connection is lost in the middle", async () => {
    const proxy = await openRedisProxy(sharedUrl);
    const store = await open(proxy.url, freshStream());
    for (let i = 0; i < 60; i++) await store.append(preparedEvents(5, `${i}-`), "stored");
    const seen: string[] = [];
    for await (const batch of store.read({ batchSize: 50 })) {
      seen.push(...batch.map(({ id }) => id));
      proxy.cut();
      proxy.mend();
    }
    expect(seen).toEqual(await idsIn(store));
    expect(seen).toHaveLength(300);
  });
});

describe("opening a redis store is refused, in one line,", () => {
  const refusals: readonly [string, RegExp, () => Promise<EventStore>][] = [
    [
      "where nobody answers",
      /^Redis at redis:\/\/u:\*\*\*@127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/,
      async () => open(`redis://u:secret@127.0.0.1:${await freePort()}`, freshStream()),
    ],
    [
      "where the name belongs to something that is no stream",
      /cannot be opened: WRONGTYPE/,
      async () => {
        const stream = freshStream();
        await control(sharedUrl).set(stream, "text");
        return open(sharedUrl, stream);
      },
    ],
    [
      "where the password is wrong",
      /does not answer: .*(WRONGPASS|AUTH)/,
      () => open(sharedUrl.replace("redis://", "redis://nobody:wrong@"), freshStream()),
    ],
  ];
  test.each(refusals)("%s", async (_, message, opening) => {
    const error = await opening().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "setup" });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });
});

describe("on a server with WAITAOF", () => {
  test("a durable batch waits for the sync, and a stored one behind it does not", async () => {
    const proxy = await openRedisProxy(sharedUrl, { hasWaitaof: true });
    const store = await open(proxy.url, freshStream());
    expect(store.features.levels).toContain("durable");
    proxy.syncedServers = 0;
    let isDurable = false;
    const durable = store.append(preparedEvents(1, "durable-"), "durable").then(() => {
      isDurable = true;
    });
    await store.append(preparedEvents(1, "stored-"), "stored");
    await expect.poll(() => proxy.syncs).toBeGreaterThan(1);
    expect(isDurable).toBe(false);
    proxy.syncedServers = 1;
    await durable;
    expect(await idsIn(store)).toEqual(["durable-0", "stored-0"]);
  });

  test("closing does not wait for ever for a server that does not sync", async () => {
    const proxy = await openRedisProxy(sharedUrl, { hasWaitaof: true });
    const store = await open(proxy.url, freshStream(), 200);
    proxy.syncedServers = 0;
    const durable = store.append(preparedEvents(1, "durable-"), "durable");
    const refused = expect(durable).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("has not synced them"),
    });
    await expect.poll(() => proxy.syncs).toBeGreaterThan(0);
    await store.close();
    await refused;
  });

  test("a batch that the server lost before its sync is sent again, and is not counted as lost", async () => {
    const proxy = await openRedisProxy(sharedUrl, { hasWaitaof: true });
    const stream = freshStream();
    const store = await open(proxy.url, stream);
    proxy.syncedServers = 0;
    const durable = store.append(preparedEvents(1, "durable-"), "durable");
    await expect.poll(() => proxy.syncs).toBeGreaterThan(0);
    await control(sharedUrl).del(stream, ownerKey(stream));
    const behind = store.append(preparedEvents(1, "behind-"), "stored");
    await behind;
    proxy.syncedServers = 1;
    const entry = await durable;
    const read = await readAll(store);
    expect(read.map(({ id }) => id)).toEqual(["durable-0", "behind-0"]);
    expect(read[0]?.position.entry).toBe(entry);
    expect(store.counters()).toMatchObject({ lost_by_server: 0 });
  });
});

describe("on a server of its own", () => {
  const redis = usePrivateRedis("always");

  test("offers durable where replies come after the fsync, and not where CONFIG is forbidden", async () => {
    const { url } = redis();
    expect((await open(url, freshStream())).features.levels).toContain("durable");
    await control(url).call("ACL", "SETUSER", "app", "on", ">app", "~*", "+@all", "-config");
    const restricted = await open(url.replace("redis://", "redis://app:app@"), freshStream());
    expect(restricted.features.levels).toEqual(["accepted", "stored"]);
    await expect(restricted.append(preparedEvents(1), "durable")).rejects.toMatchObject({
      code: "unsupported",
    });
  });

  test("refuses with overload while Redis has no memory, and goes on when it has", async () => {
    const { url } = redis();
    const admin = control(url);
    const store = await open(url, freshStream());
    await store.append(preparedEvents(1, "a-"), "stored");
    await admin.config("SET", "maxmemory", "1");
    const refused = await Promise.allSettled(
      [0, 1, 2].map((i) => store.append(preparedEvents(1, `r${i}-`), "stored")),
    );
    await admin.config("SET", "maxmemory", "0");
    expect(refused).toMatchObject(Array(3).fill({ status: "rejected", reason: { code: "overload" } }));
    await store.append(preparedEvents(1, "b-"), "stored");
    expect(await idsIn(store)).toEqual(["a-0", "b-0"]);
  });

  test("counts what was lost for good where it had been synced first, and goes on", async () => {
    const { url } = redis();
    const stream = freshStream();
    const store = await open(url, stream);
    for (let i = 0; i < 3; i++) await store.append(preparedEvents(1, `lost-${i}-`), "stored");
    await control(url).del(stream, ownerKey(stream));
    await store.append(preparedEvents(1, "kept-"), "stored");
    expect(await idsIn(store)).toEqual(["kept-0"]);
    expect(store.counters()).toMatchObject({ lost_by_server: 3, resent_after_loss: 0 });
  });

  test("is not opened where Redis would evict events", async () => {
    const { url } = redis();
    const admin = control(url);
    await admin.config("SET", "maxmemory", "1gb", "maxmemory-policy", "allkeys-lru");
    const opening = open(url, freshStream());
    await expect(opening).rejects.toMatchObject({
      code: "setup",
      message: expect.stringMatching(/noeviction/),
    });
    await admin.config("SET", "maxmemory", "0", "maxmemory-policy", "noeviction");
  });

  test("is not opened on a replica", async () => {
    const { url } = redis();
    const admin = control(url);
    await admin.replicaof("127.0.0.1", await freePort());
    const opening = open(url, freshStream());
    await expect(opening).rejects.toMatchObject({ code: "setup", message: expect.stringMatching(/replica/) });
    await admin.replicaof("NO", "ONE");
  });

  test("does not go on with a server that came back less durable than it was", async () => {
    const { url } = redis();
    const admin = control(url);
    const store = await open(url, freshStream());
    await admin.config("SET", "appendfsync", "everysec");
    await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await expect.poll(() => store.counters().reconnects).toBe(1);
    const refused = store.append(preparedEvents(1, "r-"), "durable");
    await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(/came back/) });
    await admin.config("SET", "appendfsync", "always");
    await expect
      .poll(() => store.append(preparedEvents(1, "b-"), "durable").catch(() => ""), { timeout: 5000 })
      .not.toBe("");
    expect(await idsIn(store)).toEqual(["b-0"]);
  });

  test("rejects appends to a server that hangs, and goes on when it runs again", async () => {
    const service = redis();
    const store = await open(service.url, freshStream(), 200);
    process.kill(service.process.pid, "SIGSTOP");
    const rejected = store.append(preparedEvents(1, "rejected-"), "stored");
    await expect(rejected).rejects.toMatchObject({ code: "unavailable" });
    process.kill(service.process.pid, "SIGCONT");
    await expect
      .poll(() => store.append(preparedEvents(1, "b-"), "stored").catch(() => ""), { timeout: 5000 })
      .not.toBe("");
    expect(await idsIn(store)).toEqual(["b-0"]);
  });
});
