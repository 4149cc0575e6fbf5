import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createPipe, type Pipe } from "./tcp-pipe.ts";

/** A way to a server that can be made worse. Each of its troubles gives the function that ends it. */
export interface TcpProxy {
  /** The server's URL by way of the proxy. */
  readonly url: string;
  /** Makes round trips longer by `delayMs`, half of it each way, give or take up to `jitterMs`. Order is kept. */
  delay(delayMs: number, jitterMs: number): () => void;
  /** Resets every connection and refuses new ones. */
  cut(): () => Promise<void>;
  /** Lets connections stand and new ones come, and nothing pass. */
  blackhole(): () => void;
  /** Ends every connection and the proxy. */
  close(): Promise<void>;
}

/** Opens a proxy on a free loopback port to the server at `url`. */
export async function openTcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url);
  const pipes = new Set<Pipe>();
  const state = { delayMs: 0, jitterMs: 0, isBlocked: false };
  const accept = (client: Socket): void => {
    const server = connect(Number(target.port || 6379), target.hostname.replaceAll(/[[\]]/g, ""));
    for (const socket of [client, server]) socket.setNoDelay(true);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const pipe = createPipe(from, to, state);
      pipes.add(pipe);
      from.once("close", () => pipes.delete(pipe));
    }
  };
  let listener = await listen(accept, 0);
  const { port } = listener.address() as AddressInfo;
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${port}`;
  const stop = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    for (const pipe of pipes) pipe.reset();
    return closed;
  };
  return {
    url: proxied.href,
    delay: (delayMs, jitterMs) => {
      Object.assign(state, { delayMs, jitterMs });
      return () => Object.assign(state, { delayMs: 0, jitterMs: 0 });
    },
    cut: () => {
      void stop();
      return async () => {
        listener = await listen(accept, port);
      };
    },
    blackhole: () => {
      state.isBlocked = true;
      for (const pipe of pipes) pipe.changed();
      return () => {
        state.isBlocked = false;
        for (const pipe of pipes) pipe.changed();
      };
    },
    close: stop,
  };
}

/** Somebody else can have been given the port while nobody listened on it; such a use of it is mostly short. */
const listenTries = 40;

async function listen(accept: (client: Socket) => void, port: number): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const server = createServer(accept).listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || attempt === listenTries) throw error;
      await sleep(50);
    }
  }
}
