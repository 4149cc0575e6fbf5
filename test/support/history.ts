import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRandom, type Random } from "../../src/base/random.ts";
import { createEngine } from "../../src/engine/create-engine.ts";
import type { Engine, Receipt } from "../../src/engine/engine.ts";
import type { AckLevel, StoredEvent } from "../../src/engine/store.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createPowerDisk, type PowerDisk } from "./power-disk.ts";
import { openRedisProxy, type RedisProxy } from "./redis-proxy.ts";

/** A short life of an engine with a spool, in which much goes wrong; every choice comes from the seed. */
export interface History {
  /** Lives it. */
  live(): Promise<void>;
  /** When all is well again: every breach of a promise, in words. */
  breaches(): Promise<string[]>;
  readonly acknowledged: number;
  readonly steps: readonly string[];
}

const levels: readonly AckLevel[] = ["accepted", "stored", "stored", "durable"];
const publishers = 3;
const publishesOfOneStep = 12;

/** Prepares a history on a stream of its own. */
export function createHistory(seed: number, redisUrl: string, dir: string): History {
  const random = createRandom(seed);
  const life = new Life(random, redisUrl, dir);
  return {
    steps: life.steps,
    get acknowledged() {
      return life.ledger.size;
    },
    live: async () => {
      await life.open();
      const count = 6 + random.integer(8);
      for (let i = 0; i < count; i++) await life.step();
    },
    breaches: async () => {
      const events = await life.settle();
      return life.ledger.breaches(events);
    },
  };
}

class Life {
  readonly steps: string[] = [];
  readonly ledger: Ledger = createLedger();
  readonly #random: Random;
  readonly #redisUrl: string;
  readonly #dir: string;
  readonly #disk: PowerDisk = createPowerDisk();
  readonly #stream = `history:${randomUUID()}`;
  readonly #counts = new Array<number>(publishers).fill(0);
  readonly #pending = new Set<Promise<void>>();
  readonly #closings: Promise<void>[] = [];
  #engine: Engine | undefined;
  #proxy: RedisProxy | undefined;

  constructor(random: Random, redisUrl: string, dir: string) {
    this.#random = random;
    this.#redisUrl = redisUrl;
    this.#dir = dir;
  }

  async step(): Promise<void> {
    const table: readonly (readonly [weight: number, name: string, run: () => Promise<void> | void])[] = [
      [10, "publish", () => this.#publishSome()],
      [6, "wait", () => sleep(this.#random.integer(120)).then(() => undefined)],
      [3, "cut", () => this.#proxy?.cut()],
      [5, "mend", () => this.#proxy?.mend()],
      [2, "lose replies", () => this.#proxy?.loseReplies()],
      // Nothing is that old. It may wait for Redis until something else happens.
      [1, "trim", () => void this.#engine?.trim(0).catch(() => undefined)],
      [1, "close", () => this.#close()],
      [2, "kill", () => this.#kill()],
      [2, "cut power", () => this.#cutPower()],
    ];
    let at = this.#random.integer(table.reduce((sum, [weight]) => sum + weight, 0));
    const chosen = table.find(([weight]) => {
      at -= weight;
      return at < 0;
    });
    this.steps.push(chosen?.[1] ?? "");
    await chosen?.[2]();
  }

  async open(): Promise<void> {
    const proxy = await openRedisProxy(this.#redisUrl);
    this.#proxy = proxy;
    const config = {
      store: { kind: "redis", url: proxy.url, stream: this.#stream, reconnectMs: 2000 },
      fallback: { kind: "spool", dir: this.#dir, afterMs: 60 },
      knobs: { maxBatch: 4, segmentBytes: 4096 },
    } as const;
    for (;;) {
      const opened = await createEngine(config, { files: this.#disk.next() }).catch(
        (error: unknown) => error,
      );
      if (!(opened instanceof Error)) {
        this.#engine = opened as Engine;
        return;
      }
      // Redis is away now and then, and an engine cannot open then.
      if ((opened as { code?: string }).code !== "setup") throw opened;
      await this.#unlock();
      await sleep(20);
    }
  }

  /** Some publish one after the other, some all at once; some of it twice. */
  async #publishSome(): Promise<void> {
    for (let i = this.#random.integer(publishesOfOneStep); i >= 0; i--) {
      const publisher = this.#random.integer(publishers);
      const n = this.#counts[publisher] ?? 0;
      this.#counts[publisher] = n + 1;
      const level = levels[this.#random.integer(levels.length)] ?? "stored";
      const hasKey = this.#random.next() < 0.7;
      const times = hasKey && this.#random.next() < 0.3 ? 2 : 1;
      const waits = this.#random.next() < 0.3;
      for (let time = 0; time < times; time++) {
        const published = this.#publish(publisher, n, level, hasKey);
        if (waits) await Promise.race([published, sleep(50)]);
      }
    }
  }

  #publish(publisher: number, n: number, level: AckLevel, hasKey: boolean): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined) throw new Error("no engine");
    const mark = { publisher, n };
    const key = hasKey ? { idempotencyKey: `${publisher}-${n}` } : {};
    const heard = (receipt: Receipt): void => {
      // A process that is dead hears nothing.
      if (engine === this.#engine) this.ledger.acknowledged(mark, receipt);
    };
    const published = engine
      .publish({ topic: "history", data: mark, ...key }, { level })
      .then(heard, () => undefined);
    this.#pending.add(published);
    return published.finally(() => this.#pending.delete(published));
  }

  async #close(): Promise<void> {
    const reopen = this.#engine;
    await reopen?.close();
    await this.#reopen();
  }

  async #kill(): Promise<void> {
    this.#disk.kill();
    this.ledger.processDied();
    await this.#reopen();
  }

  async #cutPower(): Promise<void> {
    await this.#disk.cutPower(() => (this.#random.next() < 0.5 ? 0 : this.#random.next()));
    this.ledger.powerCut();
    await this.#reopen();
  }

  /** The old engine can reach neither Redis nor the disk; closing it only ends its timers. */
  async #reopen(): Promise<void> {
    const old = this.#engine;
    this.#engine = undefined;
    this.#proxy?.cut();
    if (old !== undefined) this.#closings.push(old.close().catch(() => undefined));
    await this.#unlock();
    await this.open();
  }

  /** Old and new engine are one process here, which the lock would take for one owner. */
  async #unlock(): Promise<void> {
    for (const name of await readdir(this.#dir)) {
      if (name.startsWith("owner.")) await rm(join(this.#dir, name), { force: true });
    }
  }

  /** Waits until everything is home, and gives what is there. */
  async settle(): Promise<readonly StoredEvent[]> {
    this.#proxy?.mend();
    const engine = this.#engine;
    if (engine === undefined) throw new Error("no engine");
    await Promise.all(this.#pending);
    for (let i = 0; engine.health().status !== "ok"; i++) {
      if (i > 1000)
        throw new Error(
          `not drained: ${engine
            .health()
            .parts.map(({ detail }) => detail)
            .join("; ")}`,
        );
      await sleep(10);
    }
    const events: StoredEvent[] = [];
    for await (const batch of engine.replay()) events.push(...batch);
    await engine.close();
    await Promise.all(this.#closings);
    return events;
  }
}
