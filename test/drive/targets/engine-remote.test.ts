import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkStore, createLedger } from "../../../src/drive/targets/engine-checks.ts";
import type { HostConfig } from "../../../src/drive/targets/engine-host.ts";
import { operationOf } from "../../../src/drive/targets/engine-load.ts";
import { type ReadableStore, readStore } from "../../../src/drive/targets/engine-readback.ts";
import { openRemoteHost, type WhenDown } from "../../../src/drive/targets/engine-remote.ts";
import { engineSettings } from "../../../src/drive/targets/engine-settings.ts";
import type { Fault } from "../../../src/scenario/fault.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const entry = new URL("../../../dist/drive/targets/engine-child.js", import.meta.url);
const redisUrl = process.env.DYNO_TEST_REDIS_URL ?? "";

const stores: readonly (readonly [string, () => Promise<ReadableStore>])[] = [
  ["log", async () => ({ kind: "log", dir: await scratchDir() })],
  ["redis", async () => ({ kind: "redis", url: redisUrl, stream: `test:${randomUUID()}` })],
];

const kill: Fault = { kind: "engine-kill", atMs: 0, forMs: 0 };
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

async function openHost(store: ReadableStore, whenDown: WhenDown, settings: object = {}) {
  const config: HostConfig = {
    settings: engineSettings.parse({ kind: "engine", store: store.kind, level: "stored", ...settings }),
    store,
    effectsDir: await scratchDir(),
    seed: 1,
  };
  const host = await openRemoteHost(config, { whenDown, entry });
  onTestFinished(() => void host.close());
  const ledger = createLedger();
  const publish = (n: number): Promise<void> => host.publish(n).then(() => ledger.acknowledged(n));
  return { host, ledger, publish };
}

describe.each(stores)("an engine in a process of its own, on the %s store", (_, storeOf) => {
  test("publishes what it is told to, and can be read back without it", async () => {
    const store = await storeOf();
    const { host, ledger, publish } = await openHost(store, "fail", { topics: 3, subscribers: 2 });
    await Promise.all(upTo(500).map(publish));
    const { counters, cpuMicros } = await host.usage();
    expect(counters.published).toBe(500);
    expect(cpuMicros).toBeGreaterThan(0);
    expect(await host.close()).toEqual({
      published: 500,
      delivered: [500, 500],
      handlerErrors: 0,
      askedErrors: 0,
      deadLetters: {},
    });
    const checks = await checkStore(readStore(store), ledger, { operationOf, isTrimmed: false });
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test("fails publishes as engine_down while it is dead, and loses nothing that it acknowledged", async () => {
    const store = await storeOf();
    const { host, ledger, publish } = await openHost(store, "fail");
    await Promise.all(upTo(200).map(publish));
    const underWay = upTo(200).map((n) => publish(200 + n).catch((error: unknown) => error));
    const start = await host.inject(kill);
    for (const outcome of await Promise.all(underWay)) {
      if (outcome !== undefined) expect(outcome).toMatchObject({ code: "engine_down" });
    }
    await expect(publish(400)).rejects.toMatchObject({ code: "engine_down" });
    await expect(host.inject(kill)).rejects.toThrow(/down already/);
    await start();
    await Promise.all(upTo(200).map((n) => publish(401 + n)));
    await host.close();
    const checks = await checkStore(readStore(store), ledger, { operationOf, isTrimmed: false });
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(ledger.count).toBeGreaterThanOrEqual(400);
  });

  test("publishes again what was under way, and what came meanwhile, once and in order", async () => {
    const store = await storeOf();
    const { host, ledger, publish } = await openHost(store, "wait");
    const all = upTo(100).map(publish);
    for (let round = 1; round <= 3; round++) {
      all.push(...upTo(100).map((n) => publish(round * 200 + n - 100)));
      // What it was sent in this turn of the event loop is under way now.
      await new Promise((resolve) => setImmediate(resolve));
      const start = await host.inject(kill);
      all.push(...upTo(100).map((n) => publish(round * 200 + n)));
      await start();
    }
    await Promise.all(all);
    await host.close();
    expect(ledger.count).toBe(700);
    const checks = await checkStore(readStore(store), ledger, { operationOf, isTrimmed: false });
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  });
});

test("an engine that is started again has the faults of its handlers again, until they are mended", async () => {
  const store: ReadableStore = { kind: "log", dir: await scratchDir() };
  const { host, publish } = await openHost(store, "fail");
  const mend = await host.inject({ kind: "handler-errors", share: 1, atMs: 0, forMs: 0 });
  await publish(0);
  await (await host.inject(kill))();
  await Promise.all([1, 2, 3].map(publish));
  await mend();
  await Promise.all([4, 5].map(publish));
  expect(await host.close()).toMatchObject({ delivered: [5], handlerErrors: 3, askedErrors: 3 });
});

test("a fault whose end the engine did not live to answer is ended all the same", async () => {
  const store: ReadableStore = { kind: "log", dir: await scratchDir() };
  const { host, publish } = await openHost(store, "fail");
  const mend = await host.inject({ kind: "handler-errors", share: 1, atMs: 0, forMs: 0 });
  const mended = mend();
  await (await host.inject(kill))();
  await mended;
  await publish(0);
  expect(await host.close()).toMatchObject({ handlerErrors: 0 });
});

test("an engine that cannot be opened says why, with its own code", async () => {
  const file = join(await scratchDir(), "file");
  await writeFile(file, "");
  const store: ReadableStore = { kind: "log", dir: join(file, "log") };
  await expect(openHost(store, "fail")).rejects.toMatchObject({
    code: "setup",
    message: expect.stringMatching(/the log's folder .* cannot be made/),
  });
});

test("an engine that cannot be started again fails what waited for it, and says so when it is closed", async () => {
  const store = { kind: "log", dir: await scratchDir() } as const;
  const { host, publish } = await openHost(store, "wait");
  await publish(0);
  const start = await host.inject(kill);
  const waiting = publish(1);
  waiting.catch(() => undefined);
  // Another owner has the folder by now.
  const { host: other } = await openHost(store, "fail");
  await expect(start()).rejects.toMatchObject({ code: "conflict" });
  await expect(waiting).rejects.toThrow(/could not be started again: .* is in use by process/);
  await expect(publish(2)).rejects.toMatchObject({ code: "engine_down" });
  expect((await host.close()).ended).toMatch(/could not be started again/);
  await other.close();
});
