import { Redis } from "ioredis";
import { DynoError } from "../../base/errors.ts";
import { maskUrl } from "../../base/mask-url.ts";
import { reasonOf } from "./redis-errors.ts";
import { claimScript, holdScript, regroupScript, settleScript } from "./redis-group-script.ts";
import type { Patience } from "./redis-patience.ts";
import { appendScript, ownScript, syncScript } from "./redis-script.ts";
import { countScript, trimScript } from "./redis-trim-script.ts";

/** A connection that knows our scripts. */
export interface StreamClient extends Redis {
  dynoAppend(
    stream: string,
    owner: string,
    epoch: string,
    before: number,
    sequence: number,
    payload: Buffer,
  ): Promise<string>;
  dynoOwn(
    stream: string,
    owner: string,
    id: string,
    firstEpoch: string,
    lastEpoch: string,
    base: number,
    ...removed: number[]
  ): Promise<string[]>;
  dynoSync(owner: string, id: string, sequence: number): Promise<number>;
  dynoClaim(
    stream: string,
    owner: string,
    progress: string,
    id: string,
    group: string,
    consumer: string,
    minIdleMs: number,
    start: string,
    count: number,
  ): Promise<[next: string, gone: number, ...entries: string[]]>;
  dynoSettle(
    stream: string,
    owner: string,
    progress: string,
    dead: string,
    id: string,
    group: string,
    ...settlement: (string | number)[]
  ): Promise<number>;
  dynoHold(
    stream: string,
    owner: string,
    id: string,
    group: string,
    consumer: string,
    ...entries: string[]
  ): Promise<number>;
  dynoRegroup(stream: string, group: string, after: string): Promise<string>;
  dynoTrim(stream: string, floor: string): Promise<[removed: number, heldBy: string, first: string]>;
  dynoCount(stream: string, from: string, to: string, entries: number): Promise<string[]>;
}

/**
 * What a connection is for. Writing, a command fails at once when the connection does, and is never queued or sent
 * again by the client, since only the store knows what is safe. Reading, it is sent again.
 */
export type ClientUse = "write" | "read";

const openingMs = 3000;

/**
 * Connects. When the connection is lost later, the client tries again for ever. Rejects with a DynoError `setup`
 * where the first connection fails.
 */
export async function connectRedis(url: string, use: ClientUse, patience: Patience): Promise<StreamClient> {
  let connected = false;
  let lastError: unknown;
  const client = createClient(url, use, patience, () => connected);
  client.on("error", (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    connected = true;
    return client;
  } catch (cause) {
    client.disconnect();
    throw new DynoError(
      "setup",
      `Redis at ${maskUrl(url)} does not answer: ${reasonOf(lastError ?? cause)}`,
      { cause },
    );
  }
}

/** How long a connection waits from now on; while a store is opened, it waits for 3 s at least. */
export function setPatience(client: StreamClient, { answerMs, connectMs }: Patience): void {
  client.options.socketTimeout = answerMs;
  client.options.connectTimeout = connectMs;
}

function createClient(
  url: string,
  use: ClientUse,
  { answerMs, retryMs, readMs }: Patience,
  isConnected: () => boolean,
): StreamClient {
  const isReading = use === "read";
  try {
    return new Redis(url, {
      lazyConnect: true,
      connectTimeout: openingMs,
      socketTimeout: Math.max(openingMs, answerMs),
      enableOfflineQueue: isReading,
      autoResendUnfulfilledCommands: isReading,
      maxRetriesPerRequest: isReading ? Math.ceil(readMs / retryMs) + 5 : 0,
      reconnectOnError: (error) => error.message.startsWith("READONLY"),
      retryStrategy: (attempt) => (isConnected() ? Math.min(10 * 2 ** Math.min(attempt, 6), retryMs) : null),
      scripts: {
        dynoAppend: { lua: appendScript, numberOfKeys: 2 },
        dynoOwn: { lua: ownScript, numberOfKeys: 2 },
        dynoSync: { lua: syncScript, numberOfKeys: 1 },
        dynoClaim: { lua: claimScript, numberOfKeys: 3 },
        dynoSettle: { lua: settleScript, numberOfKeys: 4 },
        dynoHold: { lua: holdScript, numberOfKeys: 2 },
        dynoRegroup: { lua: regroupScript, numberOfKeys: 1 },
        dynoTrim: { lua: trimScript, numberOfKeys: 1 },
        dynoCount: { lua: countScript, numberOfKeys: 1 },
      },
    }) as StreamClient;
  } catch (cause) {
    const text = `${maskUrl(url)} is no Redis URL: ${reasonOf(cause)}; write redis://host:port`;
    throw new DynoError("setup", text, { cause });
  }
}
