import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a Redis on which things go wrong as a test asks for. */
export interface RedisProxy {
  readonly url: string;
  /** From now on commands arrive and their replies do not. */
  loseReplies(): void;
  /** Cuts all connections and takes no new ones. */
  cut(): void;
  /** Takes connections again, and passes replies on. */
  mend(): void;
  /** What WAITAOF answers, as the number of synced servers. */
  syncedServers: number;
  /** How often WAITAOF was asked. */
  readonly syncs: number;
}

/**
 * Opens a proxy to the Redis at `url`, closed when the test is finished. With `hasWaitaof` it stands in for a server of
 * version 7.2: it says so in INFO, and answers WAITAOF itself.
 */
export async function openRedisProxy(url: string, { hasWaitaof = false } = {}): Promise<RedisProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const state = { repliesPass: true, connectionsPass: true, syncedServers: 1, syncs: 0 };

  const toServer = (client: Socket, server: Socket, bytes: Buffer): void => {
    if (!hasWaitaof || !bytes.includes("WAITAOF")) return void server.write(bytes);
    state.syncs++;
    client.write(`*2\r\n:${state.syncedServers}\r\n:0\r\n`);
  };
  const toClient = (client: Socket, bytes: Buffer): void => {
    if (!state.repliesPass) return;
    // As long as the version has the same length, the reply keeps its length, which precedes it.
    const text = hasWaitaof
      ? bytes.toString("latin1").replace(/redis_version:7\.0\./, "redis_version:7.2.")
      : "";
    client.write(hasWaitaof ? Buffer.from(text, "latin1") : bytes);
  };
  const listener = createServer((client) => {
    if (!state.connectionsPass) return void client.destroy();
    const server = connect(Number(target.port || 6379), target.hostname);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.on("data", (bytes) => toServer(client, server, bytes));
    server.on("data", (bytes) => toClient(client, bytes));
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const cut = (): void => {
    state.connectionsPass = false;
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    listener.close();
  });
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return {
    url: proxied.href,
    loseReplies: () => {
      state.repliesPass = false;
    },
    cut,
    mend: () => {
      state.repliesPass = true;
      state.connectionsPass = true;
    },
    get syncedServers() {
      return state.syncedServers;
    },
    set syncedServers(servers) {
      state.syncedServers = servers;
    },
    get syncs() {
      return state.syncs;
    },
  };
}
