import { DynoError } from "../../base/errors.ts";
import {
  type AnswerHandler,
  type Connection,
  type Exchange,
  type Origin,
  openConnection,
  type WireRequest,
} from "./connection.ts";

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
   * Sends a request, or lets it wait in line for a free connection: nothing is dropped. It fails with a DynoError:
   * `timeout`, or `unavailable` where the connection could not be opened, broke, or brought no HTTP.
   */
  send(request: WireRequest, handler: AnswerHandler): void;
  /** Running totals; `waited`: requests that found every connection busy. */
  counters(): { readonly connects: number; readonly resends: number; readonly waited: number };
  /** Closes every connection; what waits is rejected. */
  close(): void;
}

/** The most that one reading of a socket brings. */
const readBytes = 65_536;

/**
 * Makes a pool. Connections are opened when they are first needed; of those that are free the one that was used last is
 * taken, so that a low load keeps few warm instead of many cold.
 */
export function createPool(options: PoolOptions): Pool {
  const { origin, pipelining, timeoutMs, keepsBodies, nowMs } = options;
  const open = new Set<Connection>();
  /** Connections with room for one more, the one that was used last at the end; closed ones are passed over. */
  const free: Connection[] = [];
  const listed = new Set<Connection>();
  let queue: Exchange[] = [];
  let queueHead = 0;
  let connects = 0;
  let resends = 0;
  let waited = 0;
  let isClosed = false;

  const buffer = Buffer.allocUnsafe(readBytes);
  const dispatch = (exchange: Exchange, connection: Connection): void => {
    exchange.sentAtMs = nowMs();
    connection.send(exchange);
    if (connection.underWay < pipelining) list(connection);
  };
  const list = (connection: Connection): void => {
    if (listed.has(connection)) return;
    listed.add(connection);
    free.push(connection);
  };
  const takeFree = (): Connection | undefined => {
    for (;;) {
      const connection = free.pop();
      if (connection === undefined) return undefined;
      listed.delete(connection);
      if (open.has(connection) && connection.underWay < pipelining) return connection;
    }
  };
  const place = (exchange: Exchange): void => {
    const connection = takeFree() ?? (open.size < options.connections ? connect() : undefined);
    if (connection !== undefined) return dispatch(exchange, connection);
    waited++;
    queue.push(exchange);
  };
  const next = (): Exchange | undefined => {
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
    const connection = openConnection(
      origin,
      { keepsBodies, buffer, nowMs },
      {
        onFree: (freed) => {
          const waiting = next();
          if (waiting === undefined) list(freed);
          else dispatch(waiting, freed);
        },
        onClosed: (closed, unseen) => {
          open.delete(closed);
          if (isClosed) return;
          for (const exchange of unseen) sendAgain(exchange);
          fillUp();
        },
      },
    );
    open.add(connection);
    return connection;
  };
  const sendAgain = (exchange: Exchange): void => {
    resends++;
    exchange.wasSentAgain = true;
    place(exchange);
  };
  /** One connection less: another one takes as much of what waits as it may. */
  const fillUp = (): void => {
    while (queue.length > queueHead) {
      const connection = takeFree() ?? (open.size < options.connections ? connect() : undefined);
      const waiting = connection && next();
      if (connection === undefined || waiting === undefined) return;
      dispatch(waiting, connection);
    }
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
    send: (request, handler) => {
      if (isClosed) handler.fail(new DynoError("closed", "the pool is closed"));
      else place({ request, handler, sentAtMs: 0, wasSentAgain: false });
    },
    counters: () => ({ connects, resends, waited }),
    close: () => {
      isClosed = true;
      clearInterval(timer);
      const error = new DynoError("closed", "the pool was closed");
      for (const connection of [...open]) connection.destroy(error);
      for (const { handler } of queue.slice(queueHead)) handler.fail(error);
      queue = [];
      queueHead = 0;
    },
  };
}
