import type { EventEmitter } from "node:events";
import type { Request } from "autocannon";
import { DynoError } from "../../base/errors.ts";

/** A client of autocannon as it is; its published types leave out most of what it emits, and its counters. */
export interface AutocannonClient extends EventEmitter {
  setRequests(requests: readonly Request[]): void;
  readonly reqsMade: number;
  responseMax?: number;
}

/** Hears of the requests of a client. Times are microseconds of the phase. */
export interface ClientEvents {
  readonly nowMicros: () => number;
  readonly onSent: (sentMicros: number) => void;
  /** It was answered; without an error: rightly. */
  readonly onDone: (sentMicros: number, error: unknown) => void;
  /** The server closed the connection before it saw this, which may be sent again, and is not by the client. */
  readonly onAgain: (sentMicros: number) => void;
  /** A connection did not hold: autocannon reckons wrongly from here on. */
  readonly onTrouble: () => void;
}

/** What is known of the request under way. */
export interface RequestUnderWay {
  readonly isIdempotent: () => boolean;
  /** What is wrong with the answer that just came; undefined where nothing is. */
  readonly wrongWith: (status: number) => unknown;
}

/** What there is to do with a client that is watched. */
export interface WatchedClient {
  /** Lets it end when it has its answer. */
  finish(): void;
}

/**
 * Tells of each request of a client by what autocannon emits. It opens a new connection where one was lost, and sends its
 * next request there, without a word on the one that was lost: here each request is answered, fails, or is sent again.
 */
export function watchClient(
  client: AutocannonClient,
  timeoutMs: number,
  { isIdempotent, wrongWith }: RequestUnderWay,
  { nowMicros, onSent, onDone, onAgain, onTrouble }: ClientEvents,
): WatchedClient {
  /** When the request under way was sent. */
  let sentMicros: number | undefined;
  /** On this connection. */
  let answers = 0;
  let isBeingAnswered = false;
  /** It goes on reading the answer that was torn off where the next one begins: nothing that it tells counts any more. */
  let isTorn = false;
  let lastError: NodeJS.ErrnoException | undefined;

  const settle = (error: unknown): void => {
    if (sentMicros === undefined) return;
    const sent = sentMicros;
    sentMicros = undefined;
    onDone(sent, error);
  };
  const isLate = (sent: number): boolean => nowMicros() - sent >= timeoutMs * 990;
  const mayGoAgain = (sent: number): boolean =>
    answers > 0 && !isBeingAnswered && !isLate(sent) && lastError?.code !== "ECONNREFUSED" && isIdempotent();
  const lossOf = (sent: number): DynoError => {
    if (isLate(sent)) return new DynoError("timeout", `no answer within ${timeoutMs} ms`);
    const how = lastError === undefined ? "the server closed it without an answer" : lastError.message;
    return new DynoError("unavailable", `the connection broke: ${how}`, { cause: lastError });
  };
  client.on("request", () => {
    if (isTorn) return;
    if (sentMicros !== undefined) {
      onTrouble();
      isTorn = isBeingAnswered;
      const goesAgain = mayGoAgain(sentMicros);
      if (!goesAgain) settle(lossOf(sentMicros));
      answers = 0;
      lastError = undefined;
      if (goesAgain || isTorn) return;
    }
    sentMicros = nowMicros();
    onSent(sentMicros);
  });
  client.on("headers", ({ shouldKeepAlive }: { readonly shouldKeepAlive: boolean }) => {
    isBeingAnswered = true;
    if (!shouldKeepAlive) onTrouble();
  });
  client.on("response", (status: number) => {
    isBeingAnswered = false;
    answers++;
    settle(wrongWith(status));
  });
  client.on("connError", (error: NodeJS.ErrnoException) => {
    lastError = error;
    onTrouble();
  });
  client.on("done", () => {
    if (sentMicros === undefined) return;
    if (!mayGoAgain(sentMicros)) return settle(lossOf(sentMicros));
    const sent = sentMicros;
    sentMicros = undefined;
    onAgain(sent);
  });
  return {
    finish: () => {
      // What autocannon itself does for its option `maxConnectionRequests`: after its next answer the client ends.
      client.responseMax = Math.max(1, client.reqsMade);
    },
  };
}
