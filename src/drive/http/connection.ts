import { connect as connectTcp, type Socket, type TcpSocketConnectOpts } from "node:net";
import { connect as connectTls, type ConnectionOptions as TlsOptions } from "node:tls";
import { DynoError } from "../../base/errors.ts";
import { createResponseReader, type HttpResponse, type ResponseReader } from "./response-reader.ts";

/** Where requests go. */
export interface Origin {
  readonly host: string;
  readonly port: number;
  /** Present for https. */
  readonly tls?: { readonly servername: string; readonly ca?: string; readonly rejectUnauthorized: boolean };
}

/** One request, ready for the wire. */
export interface WireRequest {
  /** A text is written as UTF-8. */
  readonly bytes: Buffer | string;
  readonly isHead: boolean;
  /** Whether it may be sent again where a connection that was idle turns out to be closed (RFC 9110, section 9.2.2). */
  readonly isIdempotent: boolean;
}

/** Hears what becomes of a request, exactly once. */
export interface AnswerHandler {
  answer(response: HttpResponse): void;
  fail(error: DynoError): void;
}

/** A request that waits for its answer. */
export interface Exchange {
  readonly request: WireRequest;
  readonly handler: AnswerHandler;
  sentAtMs: number;
  /** A request is sent again once at most. */
  wasSentAgain: boolean;
}

/** What hears of a connection. */
export interface ConnectionEvents {
  /** One more answer came, and more can be sent. */
  readonly onFree: (connection: Connection) => void;
  /** It is of no more use. `unseen`: the server closed it while it was idle, and did not see these. */
  readonly onClosed: (connection: Connection, unseen: readonly Exchange[]) => void;
}

/** A connection that is open, or about to be. */
export interface Connection {
  send(exchange: Exchange): void;
  /** Requests that wait for their answers. */
  readonly underWay: number;
  /** When the oldest of them was sent; undefined where there is none. */
  readonly oldestSentAtMs: number | undefined;
  /** Closes it; what is under way fails with this error. */
  destroy(error: DynoError): void;
}

/** What connections share. */
export interface ConnectionOptions {
  readonly keepsBodies: boolean;
  /** What comes is read into it. */
  readonly buffer: Buffer;
  readonly nowMs: () => number;
}

/**
 * A server may close a connection that was idle for long, or whenever it has answered: what meets that on its way was not
 * seen. One that closes later has dropped a request, which is an error, and to send that again would hide it.
 */
const idleMs = 500;
const onItsWayMs = 5;

/**
 * Opens a connection. Requests may be sent at once; they leave when it is open. All connections can share a
 * buffer: each piece is used up before the next one is read.
 */
export function openConnection(
  origin: Origin,
  { keepsBodies, buffer, nowMs }: ConnectionOptions,
  { onFree, onClosed }: ConnectionEvents,
): Connection {
  const exchanges: Exchange[] = [];
  let answered = 0;
  let lastSentAtMs = Number.POSITIVE_INFINITY;
  /** Nothing was answered since it lay idle so long that the server may have closed it without having seen what was sent. */
  let isDoubtful = false;
  let isClosed = false;
  const reader: ResponseReader = createResponseReader({
    isHead: () => exchanges[0]?.request.isHead ?? false,
    keepsBodies,
    onResponse: (response) => {
      const exchange = exchanges.shift();
      if (exchange === undefined)
        return close(new DynoError("unavailable", "the server answered what was not asked"));
      answered++;
      isDoubtful = false;
      exchange.handler.answer(response);
      if (!response.keepsAlive) close(undefined, true);
      else if (!isClosed) onFree(connection);
    },
  });
  /** Without an error: the server closed it, as it may between requests, or said that it would after an answer. */
  const close = (error: DynoError | undefined, isAnnounced = false): void => {
    if (isClosed) return;
    isClosed = true;
    socket.destroy();
    const left = exchanges.splice(0);
    const now = nowMs();
    const isOnItsWay = ({ sentAtMs }: Exchange): boolean => answered > 0 && now - sentAtMs <= onItsWayMs;
    const isUnseen = (exchange: Exchange): boolean =>
      error === undefined &&
      (isAnnounced || isDoubtful || isOnItsWay(exchange)) &&
      exchange.request.isIdempotent &&
      !exchange.wasSentAgain;
    const unseen = left.filter(isUnseen);
    onClosed(connection, unseen);
    const why = error ?? new DynoError("unavailable", "the server closed the connection without an answer");
    for (const exchange of left) {
      if (unseen.includes(exchange)) continue;
      exchange.handler.fail(exchange === left[0] || why.code !== "timeout" ? why : behindTimeout());
    }
  };
  const read = (use: () => void): void => {
    try {
      use();
    } catch (thrown) {
      const text = thrown instanceof Error ? thrown.message : String(thrown);
      close(new DynoError("unavailable", `the answer cannot be read: ${text}`, { cause: thrown }));
    }
  };
  const callback = (length: number): boolean => {
    if (!isClosed) read(() => reader.feed(buffer.subarray(0, length)));
    return true;
  };
  const socket = openSocket(origin, { buffer, callback });
  socket.on("end", () => {
    read(() => reader.end());
    close(undefined);
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    // A reset between requests is what a server does that closes idle connections hard.
    const isIdleReset =
      !reader.isInside && answered > 0 && (error.code === "ECONNRESET" || error.code === "EPIPE");
    close(
      isIdleReset ? undefined : new DynoError("unavailable", messageFor(error, origin), { cause: error }),
    );
  });
  socket.on("close", () => close(undefined));
  const connection: Connection = {
    send: (exchange) => {
      if (exchanges.length === 0) isDoubtful = exchange.sentAtMs - lastSentAtMs >= idleMs;
      lastSentAtMs = exchange.sentAtMs;
      exchanges.push(exchange);
      socket.write(exchange.request.bytes);
    },
    get underWay() {
      return exchanges.length;
    },
    get oldestSentAtMs() {
      return exchanges[0]?.sentAtMs;
    },
    destroy: close,
  };
  return connection;
}

/** With `onread` the bytes come without the stream's own buffers, which cost more than the reading. */
function openSocket(
  { host, port, tls }: Origin,
  onread: NonNullable<TcpSocketConnectOpts["onread"]>,
): Socket {
  if (tls === undefined) return connectTcp({ host, port, noDelay: true, onread });
  // The types do not know that it takes the options of a TCP socket as well.
  const options: TlsOptions & Pick<TcpSocketConnectOpts, "onread"> = { host, port, ...tls, onread };
  return connectTls({ ...options, ALPNProtocols: ["http/1.1"] }).setNoDelay(true);
}

function behindTimeout(): DynoError {
  return new DynoError(
    "unavailable",
    "an answer that was to come before its own did not come in time, and the connection was closed",
  );
}

function messageFor(error: NodeJS.ErrnoException, { host, port }: Origin): string {
  if (error.code === "ECONNREFUSED") return `nothing listens on ${host}:${port}`;
  const mend = certificateErrors.test(error.code ?? "")
    ? "; name its certificate with tls: { ca: FILE }, or take any with tls: { insecure: true }"
    : "";
  return `the connection to ${host}:${port} broke: ${error.message}${mend}`;
}

/** Codes of OpenSSL and Node where a certificate is not trusted. */
const certificateErrors = /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_(HAS_EXPIRED|UNTRUSTED)|ALTNAME/;
