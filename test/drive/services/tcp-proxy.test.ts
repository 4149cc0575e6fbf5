import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openTcpProxy } from "../../../src/drive/services/tcp-proxy.ts";

/** A server that gives everything back, and a proxy before it. */
async function openEcho() {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await openTcpProxy(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  return { proxy, port: Number(new URL(proxy.url).port) };
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** What comes back on a socket, until it is as long as what was sent. */
async function echo(socket: Socket, text: string): Promise<string> {
  let heard = "";
  socket.on("data", (bytes: Buffer) => {
    heard += bytes.toString();
  });
  socket.write(text);
  while (heard.length < text.length) await once(socket, "data");
  return heard;
}

const errorOf = (socket: Socket): Promise<string> =>
  new Promise((resolve) => socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "")));

test("a proxy passes everything on, in order, however much it is", async () => {
  const { port } = await openEcho();
  const text = Array.from({ length: 200_000 }, (_, i) => `${i},`).join("");
  expect(await echo(await open(port), text)).toBe(text);
});

test("a proxy that delays keeps the order, and makes a round trip longer by at least the delay less the jitter", async () => {
  const { proxy, port } = await openEcho();
  const end = proxy.delay(40, 10);
  const socket = await open(port);
  const startMs = performance.now();
  expect(await echo(socket, "1")).toBe("1");
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(28);
  end();
  let heard = "1";
  socket.on("data", (bytes: Buffer) => {
    heard += bytes.toString();
  });
  for (let i = 2; i <= 9; i++) {
    const undo = i % 2 === 0 ? proxy.delay(20, 20) : undefined;
    socket.write(String(i));
    await new Promise((resolve) => setImmediate(resolve));
    undo?.();
  }
  while (heard.length < 9) await once(socket, "data");
  expect(heard).toBe("123456789");
});

test("a proxy that is cut resets its connections and refuses new ones, and takes them again afterwards", async () => {
  const { proxy, port } = await openEcho();
  const socket = await open(port);
  const error = errorOf(socket);
  const mend = proxy.cut();
  expect(await error).toBe("ECONNRESET");
  expect(await errorOf(connect(port, "127.0.0.1"))).toBe("ECONNREFUSED");
  await mend();
  expect(await echo(await open(port), "again")).toBe("again");
});

test("a proxy that is a black hole lets nothing pass, old connections and new, and everything afterwards", async () => {
  const { proxy, port } = await openEcho();
  const old = await open(port);
  const end = proxy.blackhole();
  const fresh = await open(port);
  const heard: string[] = [];
  const answers = [old, fresh].map((socket, i) => echo(socket, `${i}`).then((text) => heard.push(text)));
  // A round trip by another way takes its time as well: had anything passed, it would have been heard.
  const other = await openEcho();
  await echo(await open(other.port), "x".repeat(1_000_000));
  expect(heard).toEqual([]);
  end();
  await Promise.all(answers);
  expect(heard.toSorted()).toEqual(["0", "1"]);
});

test("a proxy that is closed ends the connections through it", async () => {
  const { proxy, port } = await openEcho();
  const error = errorOf(await open(port));
  await proxy.close();
  expect(await error).toBe("ECONNRESET");
});

test("a connection through a proxy ends with its server's", async () => {
  const server = createServer((socket) => socket.end("bye")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await openTcpProxy(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  const socket = await open(Number(new URL(proxy.url).port));
  const [heard] = (await once(socket, "data")) as [Buffer];
  expect(heard.toString()).toBe("bye");
  await once(socket, "close");
});
