import { setTimeout as sleep } from "node:timers/promises";
import { deferred } from "../../base/async.ts";
import { DynoError, messageOf } from "../../base/errors.ts";
import type { AppendReply, StreamClient } from "./redis-client.ts";

/** Appends batches to a stream, each exactly once, in order, across lost connections. */
export interface RedisAppender {
  /** Resolves with the entry's id. */
  append(payload: string, sync: boolean): Promise<string>;
  readonly totals: Readonly<Record<"resends" | "already_stored" | "reconnects" | "lost_by_server", number>>;
  close(): Promise<void>;
}

/** What an appender works on. */
export interface RedisAppenderOptions {
  readonly client: StreamClient;
  readonly stream: string;
  readonly owner: string;
  /** Whether a batch that asks for it is followed by WAITAOF. */
  readonly waitsForSync: boolean;
}

/** Takes ownership of the stream; whoever owned it before is refused from now on. */
export async function openRedisAppender(options: RedisAppenderOptions): Promise<RedisAppender> {
  return new FencedAppender(options, await options.client.dynoOwn(options.owner));
}

interface Item {
  sequence: number;
  wasSent: boolean;
  readonly payload: string;
  readonly sync: boolean;
  readonly resolve: (entry: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Replies that say "not now": the batch is not stored, and is sent again. */
const passing = /^(LOADING|BUSY|READONLY|MISCONF|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|UNKILLABLE)/;
const retryDelayMs = 20;
const syncTimeoutMs = 5000;

/**
 * Keeps every batch until its outcome is known. When a connection is lost, or the server refuses for a time,
 * all that is unsettled is sent again in order under the same numbers, and the script on the server stores each
 * of them once. A batch whose outcome is unknown is never given up: saying "failed" could be a lie.
 */
class FencedAppender implements RedisAppender {
  readonly #options: RedisAppenderOptions;
  #epoch: string;
  #lastSequence = 0;
  #storedThrough = 0;
  #unsettled: Item[] = [];
  #outstanding = 0;
  #recovering = false;
  #closed = false;
  #fenced: DynoError | undefined;
  readonly totals = { resends: 0, already_stored: 0, reconnects: 0, lost_by_server: 0 };

  constructor(options: RedisAppenderOptions, epoch: string) {
    this.#options = options;
    this.#epoch = epoch;
    options.client.on("ready", () => {
      this.totals.reconnects++;
    });
  }

  append(payload: string, sync: boolean): Promise<string> {
    if (this.#fenced) return Promise.reject(this.#fenced);
    if (this.#closed) return Promise.reject(new DynoError("closed", "the redis store is closed"));
    const { promise, resolve, reject } = deferred<string>();
    this.#lastSequence++;
    const item: Item = { sequence: this.#lastSequence, wasSent: false, payload, sync, resolve, reject };
    this.#unsettled.push(item);
    if (!this.#recovering) this.#send(item);
    return promise;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#options.client.status === "ready") {
      while (this.#unsettled.length > 0 && this.#options.client.status === "ready") await sleep(1);
    }
    const error = new DynoError(
      "unavailable",
      "Redis was away when the store was closed; whether the batch is stored is unknown",
    );
    for (const item of this.#unsettled.splice(0)) item.reject(error);
  }

  #send(item: Item): void {
    const { client, stream, owner } = this.#options;
    this.#outstanding++;
    item.wasSent = true;
    client.dynoAppend(stream, owner, this.#epoch, item.sequence, item.payload).then(
      (reply) => this.#onReply(item, reply),
      (error: unknown) => this.#onError(item, error),
    );
  }

  #onReply(item: Item, [code, text]: AppendReply): void {
    this.#outstanding--;
    if (code === 3) return this.#fence(text);
    if (code === 2) return this.#recover();
    this.#known(item, code);
    if (item.sync && this.#options.waitsForSync) this.#awaitSync(item, text);
    else this.#settle(item, text);
  }

  #awaitSync(item: Item, entry: string): void {
    this.#outstanding++;
    const { client } = this.#options;
    const asked = client.call("WAITAOF", 1, 0, syncTimeoutMs) as Promise<readonly [number, number]>;
    asked.then(
      ([local]) => {
        this.#outstanding--;
        // The reply is a count, and a timeout is no error.
        if (local >= 1) this.#settle(item, entry);
        else this.#recover();
      },
      () => {
        this.#outstanding--;
        this.#recover();
      },
    );
  }

  #known(item: Item, code: 0 | 1): void {
    this.#storedThrough = Math.max(this.#storedThrough, item.sequence);
    if (code === 0) this.totals.already_stored++;
  }

  #settle(item: Item, entry: string): void {
    this.#remove(item);
    item.resolve(entry);
  }

  #remove(item: Item): void {
    const index = this.#unsettled[0] === item ? 0 : this.#unsettled.indexOf(item);
    if (index >= 0) this.#unsettled.splice(index, 1);
  }

  #onError(item: Item, error: unknown): void {
    this.#outstanding--;
    const text = messageOf(error);
    const isReply = error instanceof Error && error.name === "ReplyError";
    if (isReply && !passing.test(text)) {
      this.#remove(item);
      item.reject(refusal(text, error));
    }
    this.#recover();
  }

  #fence(epoch: string): void {
    if (epoch === "") return this.#recover();
    this.#fenced = new DynoError(
      "conflict",
      `stream ${this.#options.stream} has another owner now (epoch ${epoch}, ours was ${this.#epoch}); the events were not stored`,
    );
    for (const item of this.#unsettled.splice(0)) item.reject(this.#fenced);
  }

  #recover(): void {
    if (this.#recovering || this.#fenced) return;
    this.#recovering = true;
    this.#resend().finally(() => {
      this.#recovering = false;
      // What was appended between the last look and now.
      for (const item of this.#unsettled) this.#send(item);
    });
  }

  /** Sends what is unsettled again, one after the other, until all of it is settled. */
  async #resend(): Promise<void> {
    while (this.#outstanding > 0) await sleep(1);
    this.#renumber();
    while (this.#unsettled.length > 0 && !this.#fenced) {
      const item = this.#unsettled[0] as Item;
      try {
        if (item.wasSent) this.totals.resends++;
        await this.#resendOne(item);
      } catch (error) {
        const text = messageOf(error);
        if (error instanceof Error && error.name === "ReplyError" && !passing.test(text)) {
          this.#remove(item);
          item.reject(refusal(text, error));
          this.#renumber();
        } else {
          await sleep(retryDelayMs);
        }
      }
    }
  }

  async #resendOne(item: Item): Promise<void> {
    const { client, stream, owner, waitsForSync } = this.#options;
    const [code, text] = await client.dynoAppend(stream, owner, this.#epoch, item.sequence, item.payload);
    if (code === 3 && text !== "") return this.#fence(text);
    if (code === 2 || code === 3) return this.#ownAgain(Number(text));
    this.#known(item, code);
    if (item.sync && waitsForSync) {
      const [local] = (await client.call("WAITAOF", 1, 0, syncTimeoutMs)) as [number, number];
      if (local < 1) throw new DynoError("unavailable", "the append-only file was not synced in time");
    }
    this.#settle(item, text);
  }

  /**
   * The server does not know batches that it had acknowledged: it came back with less than it said it had (a
   * crash without fsync, a flush). What it lost is counted; a new epoch goes on with what is unsettled.
   */
  async #ownAgain(lastKnown: number): Promise<void> {
    this.totals.lost_by_server += Math.max(0, this.#storedThrough - lastKnown);
    this.#epoch = await this.#options.client.dynoOwn(this.#options.owner);
    this.#storedThrough = 0;
    this.#renumber();
  }

  /**
   * Closes the gap that a refused batch left. Whatever came after it was refused for the gap, so nothing under a
   * later number is stored, and the numbers are free.
   */
  #renumber(): void {
    this.#lastSequence = this.#storedThrough;
    for (const item of this.#unsettled) {
      if (item.sequence > this.#storedThrough || this.#storedThrough === 0)
        item.sequence = ++this.#lastSequence;
    }
  }
}

function refusal(text: string, cause: unknown): DynoError {
  if (text.startsWith("OOM")) {
    return new DynoError("overload", `Redis is out of memory and refused the events: ${text}`, { cause });
  }
  return new DynoError("unavailable", `Redis refused the events: ${text}`, { cause });
}
