import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../src/drive/services/free-port.ts";
import { createEngine } from "../../src/engine/create-engine.ts";
import type { Engine, Receipt } from "../../src/engine/engine.ts";
import { usePrivateRedis } from "../support/redis-private.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const redis = usePrivateRedis("always");

function control(): Redis {
  const client = new Redis(redis().url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  onTestFinished(() => client.disconnect());
  client.on("error", () => undefined);
  return client;
}

async function openEngine(): Promise<Engine> {
  const engine = await createEngine({
    store: { kind: "redis", url: redis().url, stream: `test:${randomUUID()}` },
    fallback: { kind: "spool", dir: await scratchDir(), afterMs: 200 },
    level: "durable",
    knobs: { maxBatch: 8 },
  });
  onTestFinished(() => engine.close());
  return engine;
}

/** Publishes one event after the other; no publish may fail. */
async function publishInTurn(engine: Engine, publisher: number, stop: AbortSignal): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (let n = 0; !stop.aborted; n++) {
    receipts.push(await engine.publish({ topic: "a", data: { publisher, n } }, { level: "durable" }));
  }
  return receipts;
}

function troublesOf(engine: Engine): string[] {
  const parts = engine.health().parts.filter(({ status }) => status !== "ok");
  return parts.map(({ part, detail }) => `${part}: ${detail}`);
}

interface Fault {
  begin(admin: Redis): Promise<unknown>;
  end(admin: Redis): Promise<unknown>;
}

const faults: Readonly<Record<string, Fault>> = {
  "Redis has no memory left (OOM)": {
    begin: (admin) => admin.config("SET", "maxmemory", "1"),
    end: (admin) => admin.config("SET", "maxmemory", "0"),
  },
  "Redis has become a replica (READONLY)": {
    begin: async (admin) => admin.replicaof("127.0.0.1", await freePort()),
    end: (admin) => admin.replicaof("NO", "ONE"),
  },
  "Redis has too few replicas (NOREPLICAS)": {
    begin: (admin) => admin.config("SET", "min-replicas-to-write", "1"),
    end: (admin) => admin.config("SET", "min-replicas-to-write", "0"),
  },
  "Redis cannot save its data (MISCONF)": {
    begin: async (admin) => {
      await admin.config("SET", "save", "3600 1", "rdb-key-save-delay", "10000000");
      await admin.bgsave();
      await killChildOf(redis().process.pid);
      await expect.poll(async () => /rdb_last_bgsave_status:err/.test(await admin.info())).toBe(true);
    },
    end: (admin) => admin.config("SET", "save", "", "rdb-key-save-delay", "0"),
  },
  "Redis runs a script that does not end (BUSY)": {
    begin: async (admin) => {
      await admin.config("SET", "busy-reply-threshold", "20");
      control()
        .eval("while true do end", 0)
        .catch(() => undefined);
      await sleep(50);
    },
    end: (admin) => admin.script("KILL"),
  },
  "Redis has forgotten the scripts (NOSCRIPT)": {
    begin: (admin) => admin.script("FLUSH"),
    end: async () => undefined,
  },
  "Redis hangs": {
    begin: async () => process.kill(redis().process.pid, "SIGSTOP"),
    end: async () => process.kill(redis().process.pid, "SIGCONT"),
  },
  "Redis is killed": {
    begin: () => redis().process.kill(),
    end: () => redis().process.restart(),
  },
};

async function killChildOf(pid: number): Promise<void> {
  for (const name of await readdir("/proc")) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, "utf8").catch(() => "") : "";
    // Field 4, after the command name in parentheses, is the parent.
    if (stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === String(pid))
      process.kill(Number(name), "SIGKILL");
  }
}

test.each(Object.keys(faults))(
  "no publish fails, and none is lost, doubled or overtaken, when %s",
  async (name) => {
    const admin = control();
    const engine = await openEngine();
    const stop = new AbortController();
    const publishers = Array.from({ length: 20 }, (_, i) => publishInTurn(engine, i, stop.signal));
    await sleep(100);
    await faults[name]?.begin(admin);
    await sleep(400);
    await faults[name]?.end(admin);
    await expect.poll(() => troublesOf(engine), { timeout: 15_000, interval: 5 }).toEqual([]);
    await sleep(50);
    stop.abort();
    const receipts = await Promise.all(publishers);
    const seen: { publisher: number; n: number }[] = [];
    for await (const batch of engine.replay())
      seen.push(...batch.map(({ data }) => data as (typeof seen)[0]));
    for (const [publisher, own] of receipts.entries()) {
      expect(own.every(({ level }) => level === "durable")).toBe(true);
      expect(seen.filter((data) => data.publisher === publisher).map(({ n }) => n)).toEqual(
        own.map((_, n) => n),
      );
    }
    const spooled = receipts.flat().filter(({ at }) => at === "spool").length;
    if (!name.includes("NOSCRIPT")) expect(spooled).toBeGreaterThan(0);
    expect(engine.counters()).toMatchObject({ lost_by_server: 0, spool_waiting: 0 });
  },
);
