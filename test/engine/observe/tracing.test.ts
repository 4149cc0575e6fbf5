import { SpanStatusCode, trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Event } from "../../../src/engine/event.ts";
import { createTracing, type Tracing } from "../../../src/engine/observe/tracing.ts";

const event: Event = { id: "e-1", topic: "orders.created", timeMs: 0, data: null };

test("there is no tracing where no SDK is registered", () => {
  expect(createTracing()).toBeUndefined();
});

describe("with an SDK", () => {
  const exporter = new InMemorySpanExporter();
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
  const tracing = (share?: number): Tracing => {
    const made = createTracing(share === undefined ? {} : { share });
    if (made === undefined) throw new Error("the SDK was not found");
    return made;
  };
  beforeEach(() => {
    exporter.reset();
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    );
  });
  afterEach(() => trace.disable());

  test("a handler's call is a span that ends when the handler's promise does", async () => {
    let finish: () => void = () => undefined;
    const handled = tracing().around({ kind: "group", name: "billing", event, attempt: 2 }, () => {
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    expect(spans()).toEqual([]);
    finish();
    await handled;
    expect(spans()).toEqual([expect.objectContaining({ name: "group billing" })]);
    expect(spans()[0]?.attributes).toMatchObject({
      "messaging.destination.name": "orders.created",
      "messaging.message.id": "e-1",
      "messaging.consumer.group.name": "billing",
      "dyno.attempt": 2,
    });
  });

  test("an event published in a handler goes on in the same trace, in another process as well", () => {
    const scope = { kind: "subscriber", name: "orders.*", event } as const;
    const carried = tracing().around(scope, (traceparent) => traceparent);
    tracing().around({ ...scope, event: { ...event, id: "e-2", traceparent: carried } }, () => undefined);
    const [first, second] = spans();
    expect(second?.spanContext().traceId).toBe(first?.spanContext().traceId);
    expect(second?.parentSpanContext?.spanId).toBe(first?.spanContext().spanId);
  });

  test.each(["", "00-xyz", "01-00000000000000000000000000000001-0000000000000001-01"])(
    "a traceparent that is none (%j) begins a new trace",
    (traceparent) => {
      tracing().around({ kind: "subscriber", name: "s", event: { ...event, traceparent } }, () => undefined);
      expect(spans()[0]?.parentSpanContext).toBeUndefined();
    },
  );

  test("work that throws or rejects ends its span as an error, and the error goes on", async () => {
    const scope = { kind: "step", name: "checkout/pay", event, runId: "r-1" } as const;
    const failing = (): never => {
      throw new Error("no money");
    };
    expect(() => tracing().around(scope, failing)).toThrow("no money");
    await expect(tracing().around(scope, async () => failing())).rejects.toThrow("no money");
    expect(spans().map(({ status }) => status)).toEqual(
      Array(2).fill({ code: SpanStatusCode.ERROR, message: "no money" }),
    );
  });

  test("a correlation outside of the sample has no span, unless one came with its event", () => {
    const scope = { kind: "subscriber", name: "s", event } as const;
    expect(tracing(0).around(scope, (traceparent) => traceparent)).toBeUndefined();
    const traceparent = "00-0000000000000000000000000000000a-000000000000000b-01";
    tracing(0).around({ ...scope, event: { ...event, traceparent } }, () => undefined);
    expect(spans()).toHaveLength(1);
  });
});
