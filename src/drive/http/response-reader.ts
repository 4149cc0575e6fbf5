/** One response, whole. */
export interface HttpResponse {
  readonly status: number;
  /** Status line and header lines, as they came, without the empty line. */
  readonly head: Buffer;
  /** Undefined where bodies are only counted. */
  readonly body: Buffer | undefined;
  readonly bodyBytes: number;
  /** Whether the server lets the connection be used again. */
  readonly keepsAlive: boolean;
}

/** Reads the responses of one connection, in order. */
export interface ResponseReader {
  /** Bytes as they came. Throws a ResponseError where they are no HTTP/1.1; then the connection is of no more use. */
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
 * responses (1xx) are passed over. It looks at no more of a head than framing needs.
 */
export function createResponseReader({ isHead, keepsBodies, onResponse }: ReadOptions): ResponseReader {
  /** What was fed and not yet used. */
  let rest: Buffer = empty;
  /** Of `rest`, how far it was searched for the end of a head. */
  let searched = 0;
  let head: Head | undefined;
  let pieces: Buffer[] = [];
  let bodyBytes = 0;
  /** Of the body (length), or of the chunk (chunked), still to come. */
  let missing = 0;
  let chunkState: "size" | "data" | "end" | "trailer" = "size";

  const take = (bytes: number): void => {
    if (keepsBodies && bytes > 0) pieces.push(rest.subarray(0, bytes));
    bodyBytes += bytes;
    missing -= bytes;
    rest = rest.subarray(bytes);
  };
  const finish = ({ status, bytes, keepsAlive }: Head): void => {
    const [first] = pieces;
    const body = !keepsBodies ? undefined : pieces.length === 1 && first ? first : Buffer.concat(pieces);
    const response = { status, head: bytes, body, bodyBytes, keepsAlive };
    head = undefined;
    pieces = [];
    bodyBytes = 0;
    onResponse(response);
  };
  /** Each gives whether it came any further. */
  const readHead = (): boolean => {
    const end = rest.indexOf("\r\n\r\n", Math.max(0, searched - 3), "latin1");
    if (end < 0) {
      refuseForeign(rest);
      searched = rest.length;
      return false;
    }
    const read = parseHead(rest.subarray(0, end));
    rest = rest.subarray(end + 4);
    searched = 0;
    if (read.status < 200 && read.status !== 101) return true;
    if (isHead()) {
      finish({ ...read, framing: { kind: "none" } });
      return true;
    }
    head = read;
    missing = read.framing.kind === "length" ? read.framing.bytes : 0;
    chunkState = "size";
    if (read.framing.kind === "none" || (read.framing.kind === "length" && missing === 0)) finish(read);
    return true;
  };
  const readLength = (of: Head): boolean => {
    take(Math.min(missing, rest.length));
    if (missing > 0) return false;
    finish(of);
    return true;
  };
  const readLine = (): string | undefined => {
    const end = rest.indexOf("\r\n", 0, "latin1");
    if (end < 0) {
      if (rest.length > maxHeadBytes) throw new ResponseError("a line between chunks is too long");
      return undefined;
    }
    const line = rest.toString("latin1", 0, end);
    rest = rest.subarray(end + 2);
    return line;
  };
  const readChunk = (of: Head): boolean => {
    if (chunkState === "data") {
      take(Math.min(missing, rest.length));
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
    } else if (line === "") finish(of);
    return true;
  };
  const step = (): boolean => {
    if (head === undefined) return rest.length > 0 && readHead();
    if (head.framing.kind === "length") return readLength(head);
    if (head.framing.kind === "chunked") return readChunk(head);
    missing = rest.length;
    take(rest.length);
    return false;
  };
  return {
    feed: (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (step());
    },
    end: () => {
      if (head?.framing.kind === "close") finish(head);
      else if (head !== undefined || rest.length > 0)
        throw new ResponseError("the connection ended inside a response");
    },
    get isInside() {
      return head !== undefined || rest.length > 0;
    },
  };
}

const empty = Buffer.alloc(0);

interface Head {
  readonly status: number;
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
