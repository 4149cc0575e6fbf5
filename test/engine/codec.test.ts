import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DynoError } from "../../src/base/errors.ts";
import { decodeBatch, encodeBatch } from "../../src/engine/codec.ts";
import type { PreparedEvent, StoredEvent } from "../../src/engine/store.ts";

const text = fc.string({ unit: "binary", maxLength: 20 });
const optional = fc.option(text, { nil: undefined });
const preparedEvent: fc.Arbitrary<PreparedEvent> = fc
  .record({
    id: text,
    topic: fc.oneof(fc.constant("orders.created"), text),
    timeMs: fc.nat(Number.MAX_SAFE_INTEGER),
    key: optional,
    correlationId: optional,
    causationId: optional,
    idempotencyKey: optional,
    traceparent: optional,
    data: fc.jsonValue(),
  })
  .map((event) => ({ ...event, json: JSON.stringify(event.data) }));

function fieldsOf(event: Omit<StoredEvent, "position">): unknown[] {
  const { id, topic, timeMs, key, correlationId, causationId, idempotencyKey, traceparent } = event;
  return [id, topic, timeMs, key, correlationId, causationId, idempotencyKey, traceparent];
}

describe("a batch", () => {
  test("comes back as it was, whatever its text is", () => {
    fc.assert(
      fc.property(fc.array(preparedEvent, { maxLength: 30 }), (events) => {
        const bytes = Buffer.from(encodeBatch(events));
        const decoded = decodeBatch(bytes.toString(), "7-0");
        expect(decoded.map(fieldsOf)).toEqual(events.map(fieldsOf));
        expect(decoded.map(({ data }) => JSON.stringify(data))).toEqual(events.map(({ json }) => json));
        expect(decoded.map(({ position }) => position)).toEqual(
          events.map((_, index) => ({ entry: "7-0", index })),
        );
      }),
    );
  });

  test("turns into JSON with its data", () => {
    const [event] = decodeBatch(encodeBatch([prepared({ n: 1 })]), "7-0");
    expect(JSON.parse(JSON.stringify(event))).toMatchObject({ id: "id", topic: "t", data: { n: 1 } });
  });
});

describe("what is no batch", () => {
  test("is refused as corrupt, and never with another error, wherever it was cut or changed", () => {
    const events = [prepared({ n: 1 }), { ...prepared("ü"), key: "k" }];
    const whole = encodeBatch(events);
    const change = fc.record({ at: fc.nat(whole.length - 1), insert: fc.string({ maxLength: 3 }) });
    fc.assert(
      fc.property(change, ({ at, insert }) => {
        const changed = whole.slice(0, at) + insert + whole.slice(at + 1);
        expect(errorOf(changed)).toSatisfy((error) => error === undefined || isCorrupt(error));
        expect(errorOf(whole.slice(0, at))).toSatisfy(isCorrupt);
      }),
    );
  });

  test.each([
    ["another version", "2", 1, '[["a",1],1,0,["t"],0,0,0,0,0,0,0]'],
    ["a head that is no array", "3", 1, "{}"],
    ["more events than times", "3", 2, '[["ab",1],1,[0],["t"],0,0,0,0,0,0,0]'],
    ["ids that are longer than their lengths", "3", 1, '[["ab",1],1,0,["t"],0,0,0,0,0,0,0]'],
    ["ids that are shorter than their lengths", "3", 1, '[["a",2],1,0,["t"],0,0,0,0,0,0,0]'],
    ["a column of keys that is too short", "3", 2, '[["ab",1],1,0,["t"],0,0,["k",[1]],0,0,0,0]'],
    ["an event without an id", "3", 1, '[["",-1],1,0,["t"],0,0,0,0,0,0,0]'],
    ["no ids", "3", 1, '[0,1,0,["t"],0,0,0,0,0,0,0]'],
    ["an id that is a number", "3", 1, '[[1,1],1,0,["t"],0,0,0,0,0,0,0]'],
    ["a time that is text", "3", 1, '[["a",1],1,["1"],["t"],0,0,0,0,0,0,0]'],
    ["a topic that is not there", "3", 1, '[["a",1],1,0,["t"],1,0,0,0,0,0,0]'],
    ["a negative length", "3", 2, '[["ab",1],1,0,["t"],0,[-2,2],0,0,0,0,0]'],
    ["data that is longer than said", "3", 1, '[["a",1],1,0,["t"],0,0,0,0,0,0,0]', "{}"],
  ])("is refused: %s", (_, version, count, head, data = "") => {
    const unpack = (): unknown => decodeBatch(`${version}${count},${head.length}\n${head}${data}`, "1-0");
    expect(unpack).toThrow(expect.objectContaining({ code: "corrupt" }));
  });

  test("names its entry", () => {
    expect(() => decodeBatch("nonsense", "17-3")).toThrow(/entry 17-3/);
  });
});

function prepared(data: unknown): PreparedEvent {
  return { id: "id", topic: "t", timeMs: 1, data, json: JSON.stringify(data) };
}

/** What is thrown by unpacking the text and reading all data. */
function errorOf(text: string): unknown {
  try {
    for (const event of decodeBatch(text, "1-0")) void event.data;
  } catch (error) {
    return error;
  }
  return undefined;
}

function isCorrupt(error: unknown): boolean {
  return error instanceof DynoError && error.code === "corrupt";
}
