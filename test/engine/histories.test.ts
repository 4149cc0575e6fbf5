import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createRandom, deriveSeed, type Random } from "../../src/base/random.ts";
import { createHistory, type History } from "../support/history.ts";
import { usePrivateRedis } from "../support/redis-private.ts";

const redis = usePrivateRedis("always");

/** The seed of a failure, in DYNO_SEED, makes the same choices again. */
const seed = Number(process.env.DYNO_SEED ?? Math.floor(Math.random() * 2 ** 32));
const groups = 12;
const historiesOfOneGroup = 20;

/** Kills and stops the server that a group shares, until the signal comes; then it runs. */
async function troubleRedis(random: Random, over: AbortSignal): Promise<void> {
  const { process: server } = redis();
  while (!over.aborted) {
    await sleep(50 + random.integer(250));
    if (random.next() < 0.5) {
      await server.kill();
      await sleep(random.integer(150));
      await server.restart();
    } else {
      process.kill(server.pid, "SIGSTOP");
      await sleep(random.integer(150));
      process.kill(server.pid, "SIGCONT");
    }
  }
}

test.each(Array.from({ length: groups }, (_, i) => i))(
  "nothing acknowledged is lost, doubled or overtaken in any history, whatever goes wrong (group %i)",
  async (group) => {
    const dir = await mkdtemp(join(tmpdir(), "dyno-histories-"));
    const over = new AbortController();
    try {
      const trouble = troubleRedis(createRandom(deriveSeed(seed, `redis ${group}`)), over.signal);
      const histories = Array.from({ length: historiesOfOneGroup }, async (_, i) => {
        const own = await mkdtemp(join(dir, "spool-"));
        return createHistory(deriveSeed(seed, `${group} ${i}`), redis().url, own);
      });
      const all: History[] = await Promise.all(histories);
      await Promise.all(all.map((history) => history.live()));
      over.abort();
      await trouble;
      for (const [i, history] of all.entries()) {
        const breaches = await history.breaches();
        const how = `DYNO_SEED=${seed}, history ${i} of group ${group}: ${history.steps.join(", ")}`;
        expect(breaches, how).toEqual([]);
      }
      expect(all.reduce((sum, { acknowledged }) => sum + acknowledged, 0)).toBeGreaterThan(100);
    } finally {
      over.abort();
      await rm(dir, { recursive: true, force: true });
    }
  },
  60_000,
);
