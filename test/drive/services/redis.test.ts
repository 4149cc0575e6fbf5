import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import { freePort } from "../../../src/drive/services/free-port.ts";
import { openRedisService, type RedisService } from "../../../src/drive/services/redis.ts";
import { isAlive, untilDead } from "../../support/processes.ts";

const opened: { close(): Promise<unknown> | unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function openPrivate(appendfsync: "always" | "everysec" | "no" = "no"): Promise<RedisService> {
  const signal = AbortSignal.timeout(20_000);
  const service = await openRedisService({ env: { PATH: process.env.PATH }, appendfsync, signal });
  if (service === undefined) throw new Error("no redis-server on the PATH");
  opened.push(service);
  return service;
}

function connect(url: string): Redis {
  const client = new Redis(url);
  opened.push({ close: () => client.disconnect() });
  return client;
}

describe("a private Redis", () => {
  test("is configured as asked, and says what it is", async () => {
    const service = await openPrivate("always");
    const client = connect(service.url);
    const config = async (name: string): Promise<unknown> =>
      ((await client.config("GET", name)) as string[])[1];
    expect(await config("appendonly")).toBe("yes");
    expect(await config("appendfsync")).toBe("always");
    expect(await config("maxmemory-policy")).toBe("noeviction");
    expect(await config("bind")).toBe("127.0.0.1");
    expect(service.description).toMatch(
      /^(redis|valkey) \d+\.\d+\.\d+, started by dyno, appendfsync always$/,
    );
  });

  test("ends and leaves no folder when it is closed", async () => {
    const service = await openPrivate();
    const dir = ((await connect(service.url).config("GET", "dir")) as string[])[1] ?? "";
    const pid = service.process?.pid ?? 0;
    expect(existsSync(dir) && isAlive(pid)).toBe(true);
    await service.close();
    expect(existsSync(dir)).toBe(false);
    expect(isAlive(pid)).toBe(false);
  });

  test("has its data after it was killed and started again on the same port", async () => {
    const service = await openPrivate("always");
    const client = connect(service.url);
    await client.set("kept", "yes");
    const pid = service.process?.pid ?? 0;
    await service.process?.kill();
    expect(isAlive(pid)).toBe(false);
    await service.process?.restart();
    expect(service.process?.pid).not.toBe(pid);
    expect(await client.get("kept")).toBe("yes");
  });

  test("ends with the process that started it, also when that is killed", async () => {
    const file = fileURLToPath(new URL("../../support/redis-service-child.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const [pid = "", url = ""] = line.toString().trim().split(" ");
    const dir = ((await connect(url).config("GET", "dir")) as string[])[1] ?? "";
    child.kill("SIGKILL");
    await untilDead(Number(pid));
    while (existsSync(dir)) await sleep(10);
  });
});

describe("finding a Redis", () => {
  const signal = AbortSignal.timeout(20_000);
  const env = { PATH: "" };

  test("gives undefined where no server is named and none is installed", async () => {
    expect(await openRedisService({ env, appendfsync: "no", signal })).toBeUndefined();
  });

  test("uses the server in REDIS_URL and leaves it running", async () => {
    const url = process.env.DYNO_TEST_REDIS_URL ?? "";
    const service = await openRedisService({ env: { REDIS_URL: url }, appendfsync: "no", signal });
    expect(service).toMatchObject({ url, startedByDyno: false, process: undefined });
    await service?.close();
    expect(await connect(url).ping()).toBe("PONG");
  });

  test("refuses a server that is not there, in one line without its password", async () => {
    const url = `redis://user:secret@127.0.0.1:${await freePort()}`;
    const error = await openRedisService({ url, env, appendfsync: "no", signal }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "setup" });
    const { message } = error as Error;
    expect(message).toMatch(
      /^Redis at redis:\/\/user:\*\*\*@127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/,
    );
    expect(message).not.toContain("\n");
  });

  test("refuses a server that accepts connections and says nothing", async () => {
    const mute = createServer(() => undefined);
    mute.listen(0, "127.0.0.1");
    await once(mute, "listening");
    opened.push({ close: () => mute.close() });
    const port = (mute.address() as { port: number }).port;
    const opening = openRedisService({ url: `redis://127.0.0.1:${port}`, env, appendfsync: "no", signal });
    await expect(opening).rejects.toMatchObject({ code: "setup" });
  });
});
