import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createResponseReader,
  type HttpResponse,
  ResponseError,
  type ResponseReader,
} from "../../../src/drive/http/response-reader.ts";

interface Read {
  readonly reader: ResponseReader;
  readonly responses: HttpResponse[];
}

function read(text: string | Buffer, heads: readonly boolean[] = []): Read {
  const responses: HttpResponse[] = [];
  const reader = createResponseReader({
    isHead: () => heads[responses.length] ?? false,
    keepsBodies: true,
    onResponse: (response) => responses.push(response),
  });
  reader.feed(Buffer.from(text));
  return { reader, responses };
}

const told = ({ status, body, bodyBytes, keepsAlive }: HttpResponse) => ({
  status,
  body,
  bodyBytes,
  keepsAlive,
});

describe("the response reader", () => {
  const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const answer = fc.record({
    status: fc.constantFrom(200, 201, 404, 503, 204, 304),
    body,
    framing: fc.constantFrom("length", "chunked"),
    sizes: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }),
    interim: fc.boolean(),
    closes: fc.boolean(),
  });

  function encode({
    status,
    body,
    framing,
    sizes,
    interim,
    closes,
  }: typeof answer extends fc.Arbitrary<infer A> ? A : never): Buffer {
    const parts: (Buffer | string)[] = interim ? ["HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"] : [];
    const isBodiless = status === 204 || status === 304;
    parts.push(`HTTP/1.1 ${status} Whatever\r\nServer: x\r\nTransfer: y\r\n`);
    if (closes) parts.push("Connection: close\r\n");
    if (isBodiless) parts.push("\r\n");
    else if (framing === "length") parts.push(`CONTENT-Length:  ${body.length} \r\n\r\n`, body);
    else {
      parts.push("transfer-encoding: gzip, chunked\r\n\r\n");
      let at = 0;
      for (const size of [...sizes, body.length]) {
        const chunk = body.subarray(at, at + size);
        at += chunk.length;
        if (chunk.length > 0) parts.push(`${chunk.length.toString(16)};a=b\r\n`, chunk, "\r\n");
      }
      parts.push("0\r\nexpires: never\r\n\r\n");
    }
    return Buffer.concat(parts.map((part) => Buffer.from(part)));
  }

  test("gives the same responses however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(answer, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(2000)),
        (answers, cuts) => {
          const bytes = Buffer.concat(answers.map(encode));
          const { reader, responses } = read("");
          const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
            (a, b) => a - b,
          );
          places.forEach((place, i) => {
            reader.feed(bytes.subarray(places[i - 1] ?? 0, place));
          });
          expect(responses.map(told)).toEqual(
            answers.map(({ status, body, closes }) => {
              const sent = status === 204 || status === 304 ? Buffer.alloc(0) : body;
              return { status, body: sent.toString("utf8"), bodyBytes: sent.length, keepsAlive: !closes };
            }),
          );
          expect(reader.isInside).toBe(false);
        },
      ),
    );
  });

  test("a body without a length goes on to the end of the connection", () => {
    const { reader, responses } = read("HTTP/1.1 200 OK\r\n\r\nabc");
    expect(responses).toEqual([]);
    reader.feed(Buffer.from("def"));
    reader.end();
    expect(responses.map(told)).toEqual([{ status: 200, body: "abcdef", bodyBytes: 6, keepsAlive: false }]);
  });

  test("HTTP/1.0 keeps a connection only where it says so", () => {
    const old = (line: string) =>
      read(`HTTP/1.0 200 OK\r\n${line}content-length: 0\r\n\r\n`).responses[0]?.keepsAlive;
    expect(old("")).toBe(false);
    expect(old("Connection: Keep-Alive\r\n")).toBe(true);
  });

  test("an answer to HEAD has no body, whatever its length says", () => {
    const text = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    expect(read(text, [true, false]).responses.map(told)).toMatchObject([{ bodyBytes: 0 }, { body: "ok" }]);
  });

  test("counts the bytes of bodies that are not kept", () => {
    const responses: HttpResponse[] = [];
    const reader = createResponseReader({
      isHead: () => false,
      keepsBodies: false,
      onResponse: (response) => responses.push(response),
    });
    reader.feed(Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc"));
    reader.feed(Buffer.from("de"));
    expect(responses).toMatchObject([{ body: undefined, bodyBytes: 5 }]);
  });

  test.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "does not begin like HTTP"],
    ["another version", "HTTP/2.0 200 OK\r\n\r\n", "does not begin like HTTP"],
    ["no status", "HTTP/1.1 abc\r\n\r\n", "no status"],
    ["a length that is no number", "HTTP/1.1 200 OK\r\ncontent-length: 5x\r\n\r\n", "content-length"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n", "content-length"],
    ["a chunk without a size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "chunk"],
    [
      "a chunk that is too long",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n",
      "chunk",
    ],
    ["a head without an end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`, "too long"],
  ])("refuses %s", (_, text, message) => {
    expect(() => read(text)).toThrow(ResponseError);
    expect(() => read(text)).toThrow(message);
  });

  test.each(["HTTP/1.1 2", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc"])(
    "a response torn off is an error: %j",
    (text) => {
      expect(() => read(text).reader.end()).toThrow("inside a response");
    },
  );
});
