import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a server that can be blocked: connections stay open, and nothing passes. */
export interface TcpGate {
  /** The server's URL by way of the gate. */
  readonly url: string;
  block(): void;
  unblock(): void;
  /** Cuts every connection and takes no new one. */
  close(): void;
}

/** Opens a gate on loopback to the server at `url`; it is closed when the test is finished. */
export async function openTcpGate(url: string): Promise<TcpGate> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isBlocked = false;
  const track = (from: Socket, to: Socket): void => {
    sockets.add(from);
    if (isBlocked) from.pause();
    from.on("data", (bytes) => to.write(bytes));
    from.on("error", () => to.destroy());
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 6379), target.hostname);
    track(client, upstream);
    track(upstream, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(close);
  const gated = new URL(url);
  gated.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: gated.href,
    block: () => {
      isBlocked = true;
      for (const socket of sockets) socket.pause();
    },
    unblock: () => {
      isBlocked = false;
      for (const socket of sockets) socket.resume();
    },
    close,
  };
}
