import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createBus } from "../../src/engine/bus.ts";
import type { Event } from "../../src/engine/event.ts";

function event(topic: string, data: unknown = null): Event {
  return { id: "1", topic, timeMs: 0, data };
}

describe("a bus", () => {
  test("calls the handlers whose pattern matches, in the order in which they subscribed", () => {
    const bus = createBus();
    const calls: string[] = [];
    bus.subscribe("orders.>", () => void calls.push("tail"));
    bus.subscribe("orders.created", () => void calls.push("exact"));
    bus.subscribe("orders.*", () => void calls.push("star"));
    bus.subscribe("users.*", () => void calls.push("other"));
    bus.emit(event("orders.created"));
    expect(calls).toEqual(["tail", "exact", "star"]);
  });

  test("hears of new and ended subscriptions though the topic's handlers were found before", () => {
    const bus = createBus();
    const calls: string[] = [];
    const end = bus.subscribe("a", () => void calls.push("first"));
    bus.emit(event("a"));
    bus.subscribe("*", () => void calls.push("second"));
    bus.emit(event("a"));
    end();
    end();
    bus.emit(event("a"));
    expect(calls).toEqual(["first", "first", "second", "second"]);
  });

  test("calls everybody once for an event although a handler unsubscribes in the middle", () => {
    const bus = createBus();
    const calls: string[] = [];
    const end = bus.subscribe("a", () => {
      calls.push("first");
      end();
    });
    bus.subscribe("a", () => void calls.push("second"));
    bus.emit(event("a"));
    bus.emit(event("a"));
    expect(calls).toEqual(["first", "second", "second"]);
  });

  test("counts and reports a handler that throws or rejects, and calls the others", async () => {
    const failures: [unknown, string][] = [];
    const bus = createBus((error, { topic }) => failures.push([error, topic]));
    const calls: string[] = [];
    bus.subscribe("a", () => {
      throw "thrown";
    });
    bus.subscribe("a", () => Promise.reject("rejected"));
    bus.subscribe("a", () => void calls.push("called"));
    bus.emit(event("a"));
    await turn();
    expect(calls).toEqual(["called"]);
    expect(failures).toEqual([
      ["thrown", "a"],
      ["rejected", "a"],
    ]);
    expect(bus.handlerErrors).toBe(2);
  });

  test("finds the right handlers for more topics than it remembers", () => {
    const bus = createBus();
    let odd = 0;
    bus.subscribe("odd.*", () => {
      odd++;
    });
    for (let i = 0; i < 25_000; i++) bus.emit(event(`${i % 2 === 1 ? "odd" : "even"}.${i}`));
    expect(odd).toBe(12_500);
  });

  test("gives a handler its topic's type of data", () => {
    const bus = createBus<{ "order.created": { total: number } }>();
    let sum = 0;
    bus.subscribe("order.created", ({ data }) => {
      sum += data.total;
    });
    bus.emit(event("order.created", { total: 3 }));
    expect(sum).toBe(3);
  });
});
