import { DynoError } from "../../base/errors.ts";
import {
  type Connection,
  type Exchange,
  type Origin,
  openConnection,
  type WireRequest,
} from "./connection.ts";
import type { HttpResponse } from "./response-reader.ts";

/** How a pool works. */
export interface PoolOptions {
  readonly origin: Origin;
  /** Connections at most. */
  readonly connections: number;
  /** Requests that wait for their answers on one connection at most. 1: no pipelining. */
  readonly pipelining: number;
  /** How long an answer may take, from when the request was sent, in milliseconds. */
  readonly timeoutMs: number;
  readonly keepsBodies: boolean;
  readonly nowMs: () => number;
}

/** Connections to one server, shared by all requests. */
export interface Pool {
  /**
   * Sends a request, or lets it wait in line for a free connection: nothing is dropped. Rejects with a DynoError:
   * `timeout`, or `unavailable` where the connection could not be opened, broke, or brought no HTTP; and with whatever
   * `check` throws at the answer.
   */
  request(request: WireRequest, check?: (response: HttpResponse) => void): Promise<HttpResponse>;
  /** Running totals. */
  counters(): { readonly connects: number; readonly resends: number; readonly queued: number };
  /** Closes every connection; what waits is rejected. */
  close(): void;
}

interface Waiting {
  readonly request: WireRequest;
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (error: DynoError) => void;
}

/**
 * Makes a pool. Connections are opened when they are first needed; of those that are free the one that was used last is
 * taken, so that a low load keeps few warm instead of many cold.
 */
export function createPool(options: PoolOptions): Pool {
  const { origin, pipelining, timeoutMs, keepsBodies, nowMs } = options;
  const open = new Set<Connection>();
  /** Connections with room for one more, each as often as it was freed; stale ones are passed over. */
  const free: Connection[] = [];
  let queue: Waiting[] = [];
  let queueHead = 0;
  let connects = 0;
  let resends = 0;
  let isClosed = false;

  const dispatch = (waiting: Waiting, connection: Connection): void => {
    const exchange: Exchange = {
      request: waiting.request,
      sentAtMs: nowMs(),
      answer: waiting.resolve,
      fail: waiting.reject,
      again: () => {
        resends++;
        place(waiting);
      },
    };
    connection.send(exchange);
    if (connection.underWay < pipelining) free.push(connection);
  };
  const takeFree = (): Connection | undefined => {
    for (;;) {
      const connection = free.pop();
      if (connection === undefined || (open.has(connection) && connection.underWay < pipelining))
        return connection;
    }
  };
  const place = (waiting: Waiting): void => {
    const connection = takeFree() ?? (open.size < options.connections ? connect() : undefined);
    if (connection !== undefined) dispatch(waiting, connection);
    else queue.push(waiting);
  };
  const next = (): Waiting | undefined => {
    const waiting = queue[queueHead];
    if (waiting === undefined) return undefined;
    queueHead++;
    if (queueHead > 1024 && queueHead * 2 > queue.length) {
      queue = queue.slice(queueHead);
      queueHead = 0;
    }
    return waiting;
  };
  const connect = (): Connection => {
    connects++;
    const connection = openConnection(origin, keepsBodies, {
      onFree: (freed) => {
        const waiting = next();
        if (waiting === undefined) free.push(freed);
        else dispatch(waiting, freed);
      },
      onClosed: (closed) => {
        open.delete(closed);
        const waiting = isClosed ? undefined : next();
        if (waiting !== undefined) dispatch(waiting, connect());
      },
    });
    open.add(connection);
    return connection;
  };
  const checkTimeouts = (): void => {
    const now = nowMs();
    for (const connection of open) {
      const sentAt = connection.oldestSentAtMs;
      if (sentAt === undefined || now - sentAt < timeoutMs) continue;
      connection.destroy(new DynoError("timeout", `no answer within ${timeoutMs} ms`));
    }
  };
  const timer = setInterval(checkTimeouts, Math.max(1, Math.min(100, timeoutMs / 10)));
  timer.unref();
  return {
    request: (request, check) =>
      new Promise((resolve, reject) => {
        if (isClosed) reject(new DynoError("closed", "the pool is closed"));
        else place({ request, resolve: check ? checked(check, resolve, reject) : resolve, reject });
      }),
    counters: () => ({ connects, resends, queued: queue.length - queueHead }),
    close: () => {
      isClosed = true;
      clearInterval(timer);
      const error = new DynoError("closed", "the pool was closed");
      for (const connection of [...open]) connection.destroy(error);
      for (const { reject } of queue.slice(queueHead)) reject(error);
      queue = [];
      queueHead = 0;
    },
  };
}

/** The check is made here, and not behind another promise, which the hot path would have to pay for. */
function checked(
  check: (response: HttpResponse) => void,
  resolve: Waiting["resolve"],
  reject: (error: unknown) => void,
): Waiting["resolve"] {
  return (response) => {
    try {
      check(response);
    } catch (error) {
      reject(error);
      return;
    }
    resolve(response);
  };
}
