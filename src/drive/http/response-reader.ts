/** One response, whole. */
export interface HttpResponse {
  readonly status: number;
  /** Status line and header lines, as they came, with the empty line. */
  readonly head: Buffer;
  /** As text (UTF-8). Undefined where bodies are only counted. */
  readonly body: string | undefined;
  readonly bodyBytes: number;
  /** Whether the server lets the connection be used again. */
  readonly keepsAlive: boolean;
}

/** Reads the responses of one connection, in order. */
export interface ResponseReader {
  /** Bytes as they came; what is needed of them later is copied. Throws a ResponseError where they are no HTTP/1.1; then the connection is of no more use. */
  feed(chunk: Buffer): void;
  /** The server has closed its side: the end of a body without a length. Throws a ResponseError where a response is torn. */
  end(): void;
  /** Whether a response has begun and not ended. */
  readonly isInside: boolean;
}

/** What a server sent is no HTTP/1.1 response. */
export class ResponseError extends Error {
  override readonly name = "ResponseError";
}

/** How to read. */
export interface ReadOptions {
  /** Whether the next response answers a HEAD request, and so has no body whatever its head says. */
  readonly isHead: () => boolean;
  readonly keepsBodies: boolean;
  readonly onResponse: (response: HttpResponse) => void;
}

/** A head that is longer is refused: something else than HTTP is talking. */
const maxHeadBytes = 65_536;

type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  /** The body ends with the connection. */
  | { readonly kind: "close" };

/**
 * A reader of HTTP/1.1 responses (RFC 9112): bodies with a length, in chunks, or up to the end of the connection; interim
 * responses (1xx) are passed over. It looks at no more of a head than framing needs, and at none that is like the last
 * one, byte for byte.
 */
export function createResponseReader({ isHead, keepsBodies, onResponse }: ReadOptions): ResponseReader {
  /** What is being read, and from where on it was not yet used. */
  let bytes: Buffer = empty;
  let at = 0;
  /** How far it was searched for the end of a head. */
  let searched = 0;
  let head: Head | undefined;
  let lastHead: Head | undefined;
  /** Of a body that came in pieces: copies of those before. */
  let pieces: Buffer[] = [];
  let bodyBytes = 0;
  /** Of the body (length), or of the chunk (chunked), still to come. */
  let missing = 0;
  let chunkState: "size" | "data" | "end" | "trailer" = "size";

  const finish = ({ status, bytes: headBytes, keepsAlive }: Head, body: string | undefined): void => {
    const response = { status, head: headBytes, body, bodyBytes, keepsAlive };
    head = undefined;
    bodyBytes = 0;
    if (pieces.length > 0) pieces = [];
    onResponse(response);
  };
  const wholeBody = (): string | undefined =>
    keepsBodies ? Buffer.concat(pieces).toString("utf8") : undefined;
  /** Takes what there is of the body's next `missing` bytes. */
  const take = (): void => {
    const count = Math.min(missing, bytes.length - at);
    if (keepsBodies && count > 0) pieces.push(Buffer.from(bytes.subarray(at, at + count)));
    bodyBytes += count;
    missing -= count;
    at += count;
  };
  /** Undefined where it has not come whole. */
  const nextHead = (): Head | undefined => {
    if (lastHead !== undefined) {
      const next = at + lastHead.bytes.length;
      if (next <= bytes.length && lastHead.bytes.compare(bytes, at, next) === 0) {
        at = next;
        return lastHead;
      }
    }
    const end = bytes.indexOf("\r\n\r\n", Math.max(at, searched - 3), "latin1");
    if (end < 0) {
      refuseForeign(bytes.subarray(at));
      searched = bytes.length;
      return undefined;
    }
    lastHead = parseHead(Buffer.from(bytes.subarray(at, end + 4)));
    at = end + 4;
    searched = 0;
    return lastHead;
  };
  /** Each gives whether it came any further. */
  const readHead = (): boolean => {
    const read = nextHead();
    if (read === undefined) return false;
    if (read.status < 200 && read.status !== 101) return true;
    const { framing } = read;
    if (framing.kind === "none" || isHead()) finish(read, keepsBodies ? "" : undefined);
    else if (framing.kind === "length" && bytes.length - at >= framing.bytes) readWhole(read, framing.bytes);
    else {
      head = read;
      missing = framing.kind === "length" ? framing.bytes : 0;
      chunkState = "size";
    }
    return true;
  };
  /** Most answers come in one piece: the text of their body is made of it at once. */
  const readWhole = (read: Head, length: number): void => {
    bodyBytes = length;
    at += length;
    finish(read, keepsBodies ? bytes.toString("utf8", at - length, at) : undefined);
  };
  const readLength = (of: Head): boolean => {
    take();
    if (missing > 0) return false;
    finish(of, wholeBody());
    return true;
  };
  const readLine = (): string | undefined => {
    const end = bytes.indexOf("\r\n", at, "latin1");
    if (end < 0) {
      if (bytes.length - at > maxHeadBytes) throw new ResponseError("a line between chunks is too long");
      return undefined;
    }
    const line = bytes.toString("latin1", at, end);
    at = end + 2;
    return line;
  };
  const readChunk = (of: Head): boolean => {
    if (chunkState === "data") {
      take();
      if (missing > 0) return false;
      chunkState = "end";
      return true;
    }
    const line = readLine();
    if (line === undefined) return false;
    if (chunkState === "end") {
      if (line !== "") throw new ResponseError("a chunk is longer than it said");
      chunkState = "size";
    } else if (chunkState === "size") {
      missing = parseChunkSize(line);
      chunkState = missing === 0 ? "trailer" : "data";
    } else if (line === "") finish(of, wholeBody());
    return true;
  };
  const step = (): boolean => {
    if (head === undefined) return at < bytes.length && readHead();
    if (head.framing.kind === "length") return readLength(head);
    if (head.framing.kind === "chunked") return readChunk(head);
    missing = bytes.length - at;
    take();
    return false;
  };
  return {
    feed: (chunk) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      at = 0;
      while (step());
      bytes = at < bytes.length ? Buffer.from(bytes.subarray(at)) : empty;
      searched = Math.max(0, searched - at);
    },
    end: () => {
      if (head?.framing.kind === "close") finish(head, wholeBody());
      else if (head !== undefined || bytes.length > 0)
        throw new ResponseError("the connection ended inside a response");
    },
    get isInside() {
      return head !== undefined || bytes.length > 0;
    },
  };
}

const empty = Buffer.alloc(0);

interface Head {
  readonly status: number;
  /** With the empty line at its end. */
  readonly bytes: Buffer;
  readonly framing: Framing;
  readonly keepsAlive: boolean;
}

/** Something that does not begin like HTTP is refused at once, and not when it has filled the memory. */
function refuseForeign(bytes: Buffer): void {
  const begun = bytes.toString("latin1", 0, 7);
  if (!"HTTP/1.".startsWith(begun)) throw new ResponseError(`it does not begin like HTTP: ${quoted(bytes)}`);
  if (bytes.length > maxHeadBytes) throw new ResponseError("its head is too long");
}

function quoted(bytes: Buffer): string {
  return JSON.stringify(bytes.toString("latin1", 0, 40));
}

/** The status line and those of the header lines that say where the body ends (RFC 9112, section 6.3). */
function parseHead(bytes: Buffer): Head {
  refuseForeign(bytes);
  const status = Number(bytes.toString("latin1", 9, 12));
  if (bytes[8] !== space || !(status >= 100 && status <= 999)) {
    throw new ResponseError(`it has no status: ${quoted(bytes)}`);
  }
  let length: number | undefined;
  let isChunked = false;
  let keepsAlive = bytes[7] === one;
  let lineAt = bytes.indexOf("\r\n", 0, "latin1");
  while (lineAt >= 0) {
    const start = lineAt + 2;
    lineAt = bytes.indexOf("\r\n", start, "latin1");
    const first = (bytes[start] ?? 0) | 0x20;
    // Only `content-length`, `connection` and `transfer-encoding` matter.
    if (first !== letterC && first !== letterT) continue;
    const line = bytes.toString("latin1", start, lineAt < 0 ? bytes.length : lineAt);
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (name === "content-length") length = parseLength(line.slice(colon + 1).trim(), length);
    else if (name === "transfer-encoding") isChunked ||= /(^|,)\s*chunked\s*$/i.test(line.slice(colon + 1));
    else if (name === "connection") {
      const value = line.slice(colon + 1).toLowerCase();
      if (value.includes("close")) keepsAlive = false;
      else if (value.includes("keep-alive")) keepsAlive = true;
    }
  }
  const framing = framingOf(status, isChunked, length);
  return { status, bytes, framing, keepsAlive: keepsAlive && framing.kind !== "close" };
}

const space = 0x20;
const one = 0x31;
const letterC = 0x63;
const letterT = 0x74;

function parseLength(text: string, earlier: number | undefined): number {
  const length = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(length) || (earlier !== undefined && earlier !== length)) {
    throw new ResponseError(`its content-length is wrong: ${JSON.stringify(text)}`);
  }
  return length;
}

function framingOf(status: number, isChunked: boolean, length: number | undefined): Framing {
  if (status < 200 || status === 204 || status === 304) return { kind: "none" };
  if (isChunked) return { kind: "chunked" };
  return length === undefined ? { kind: "close" } : { kind: "length", bytes: length };
}

function parseChunkSize(line: string): number {
  const [size = ""] = line.split(";", 1);
  if (!/^[0-9a-f]{1,12}\s*$/i.test(size))
    throw new ResponseError(`a chunk's size is wrong: ${JSON.stringify(line)}`);
  return Number.parseInt(size, 16);
}
