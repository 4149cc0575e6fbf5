import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A server of a test on a loopback port. */
export interface LoopbackServer {
  readonly port: number;
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Connections that were opened so far. */
  readonly connections: () => number;
  /** Closes it and all its connections, if it is not closed. */
  close(): Promise<void>;
}

/** Lets a server listen on a loopback port, a free one where none is given; it is closed when the test is finished. */
export async function listenOnLoopback(server: Server, port = 0, scheme = "http"): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(close);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: used } = server.address() as AddressInfo;
  return { port: used, url: `${scheme}://127.0.0.1:${used}`, connections: () => connections, close };
}

/** A request as a server of a test saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An HTTP server that keeps what it was asked; it answers `ok` unless `answer` does. */
export async function recordingServer(
  answer: (response: ServerResponse, seen: SeenRequest) => void = (response) => response.end("ok"),
  port = 0,
): Promise<LoopbackServer & { readonly seen: readonly SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const server = createHttpServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { method = "", url: path = "", headers } = request;
    const one = { method, path, headers, body };
    seen.push(one);
    answer(response, one);
  });
  return { ...(await listenOnLoopback(server, port)), seen };
}

/** A server that gets the bytes themselves, with the number of the connection that they came by. */
export function rawServer(
  onData: (socket: Socket, text: string, connection: number) => void,
): Promise<LoopbackServer> {
  let connections = 0;
  const server = createServer((socket) => {
    const connection = connections++;
    socket.on("data", (bytes) => onData(socket, bytes.toString("latin1"), connection));
  });
  return listenOnLoopback(server);
}
