import { request } from "node:http";
import type { Socket } from "node:net";

/** The end of a WebSocket that listens: Node 20 has none of its own. */
export interface ListeningSocket {
  /** Texts that came, in order. */
  readonly messages: readonly string[];
  /** Resolves when the server has hung up. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Opens a WebSocket, as a program does that is no browser. Rejects with the status where it is refused. */
export function listenTo(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ListeningSocket> {
  return new Promise((resolve, reject) => {
    const key = Buffer.alloc(16, 7).toString("base64");
    const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
    const asked = request(url, { headers: { ...headers, ...upgrade, "sec-websocket-key": key } });
    asked.on("response", (answer) => {
      answer.resume();
      reject(new Error(`refused with ${answer.statusCode}`));
    });
    asked.on("upgrade", (_, connection: Socket, head: Buffer) => resolve(listen(connection, head)));
    asked.on("error", reject);
    asked.end();
  });
}

function listen(connection: Socket, head: Buffer): ListeningSocket {
  const messages: string[] = [];
  let bytes = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    for (let frame = frameOf(bytes); frame !== undefined; frame = frameOf(bytes)) {
      if (frame.isText) messages.push(frame.payload.toString());
      bytes = bytes.subarray(frame.length);
    }
  };
  take(head);
  connection.on("data", take);
  connection.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => connection.on("close", () => resolve()));
  return { messages, closed, close: () => connection.destroy() };
}

/** The first whole frame (RFC 6455, section 5.2) from a server, which masks nothing and here splits nothing. */
function frameOf(
  bytes: Buffer,
): { readonly isText: boolean; readonly payload: Buffer; readonly length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1);
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start) return undefined;
  const size =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < start + size) return undefined;
  const isText = (bytes.readUInt8(0) & 0x0f) === 1;
  return { isText, payload: bytes.subarray(start, start + size), length: start + size };
}
