import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
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
  readonly bytes: Buffer;
  readonly isHead: boolean;
  /** Whether it may be sent again where a connection that was idle turns out to be closed (RFC 9110, section 9.2.2). */
  readonly isIdempotent: boolean;
}

/** A request that waits for its answer. */
export interface Exchange {
  readonly request: WireRequest;
  readonly sentAtMs: number;
  answer(response: HttpResponse): void;
  fail(error: DynoError): void;
  /** The connection was closed while idle, before the server saw this. */
  again(): void;
}

/** What hears of a connection. */
export interface ConnectionEvents {
  /** One more answer came, and more can be sent. */
  readonly onFree: (connection: Connection) => void;
  /** It is of no more use. */
  readonly onClosed: (connection: Connection) => void;
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

/** Opens a connection. Requests may be sent at once; they leave when it is open. */
export function openConnection(
  origin: Origin,
  keepsBodies: boolean,
  { onFree, onClosed }: ConnectionEvents,
): Connection {
  const exchanges: Exchange[] = [];
  let answered = 0;
  let isClosed = false;
  const socket = openSocket(origin);
  const reader: ResponseReader = createResponseReader({
    isHead: () => exchanges[0]?.request.isHead ?? false,
    keepsBodies,
    onResponse: (response) => {
      const exchange = exchanges.shift();
      if (exchange === undefined)
        return close(new DynoError("unavailable", "the server answered what was not asked"));
      answered++;
      exchange.answer(response);
      if (!response.keepsAlive) close(undefined);
      else if (!isClosed) onFree(connection);
    },
  });
  /** Without an error: the server closed it, as it may between requests. */
  const close = (error: DynoError | undefined): void => {
    if (isClosed) return;
    isClosed = true;
    socket.destroy();
    const left = exchanges.splice(0);
    onClosed(connection);
    for (const exchange of left) {
      if (error === undefined && answered > 0 && exchange.request.isIdempotent) exchange.again();
      else
        exchange.fail(
          error ?? new DynoError("unavailable", "the server closed the connection without an answer"),
        );
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
  socket.on("data", (chunk: Buffer) => read(() => reader.feed(chunk)));
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

function openSocket({ host, port, tls }: Origin): Socket {
  const socket =
    tls === undefined
      ? connectTcp({ host, port, noDelay: true })
      : connectTls({ host, port, ALPNProtocols: ["http/1.1"], ...tls });
  socket.setNoDelay(true);
  return socket;
}

function messageFor(error: NodeJS.ErrnoException, { host, port }: Origin): string {
  if (error.code === "ECONNREFUSED") return `nothing listens on ${host}:${port}`;
  return `the connection to ${host}:${port} broke: ${error.message}`;
}
