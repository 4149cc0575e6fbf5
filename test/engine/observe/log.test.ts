import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Event } from "../../../src/engine/event.ts";
import { createLog } from "../../../src/engine/observe/log.ts";
import { isSampled } from "../../../src/engine/observe/sampling.ts";
import { currentWork, runWork } from "../../../src/engine/observe/work-context.ts";

function eventOf(id: string, more: Partial<Event> = {}): Event {
  return { id, topic: "orders.created", timeMs: 0, data: null, ...more };
}

function collect(): {
  readonly write: (line: string) => void;
  readonly lines: () => Record<string, unknown>[];
} {
  const texts: string[] = [];
  return {
    write: (line) => void texts.push(line),
    lines: () => texts.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe("a log line", () => {
  test("says which correlation, event, group and attempt it belongs to, after an await as well", async () => {
    const output = collect();
    const log = createLog({ destination: output });
    await runWork(
      { kind: "group", name: "billing", event: eventOf("e-2", { correlationId: "c-1" }), attempt: 3 },
      undefined,
      async () => {
        await new Promise((resolve) => setImmediate(resolve));
        log.info({ amount: 5 }, "charged");
      },
    );
    expect(output.lines()).toEqual([
      expect.objectContaining({
        level: "info",
        msg: "charged",
        amount: 5,
        correlationId: "c-1",
        causationId: "e-2",
        group: "billing",
        attempt: 3,
      }),
    ]);
  });

  test("carries no context outside of any work", () => {
    const output = collect();
    createLog({ destination: output }).info("started");
    expect(Object.keys(output.lines()[0] ?? {}).toSorted()).toEqual(["level", "msg", "time"]);
  });

  test("names the run in the work of a step, and in what that step calls", () => {
    const output = collect();
    const log = createLog({ destination: output });
    runWork({ kind: "step", name: "checkout/pay", event: eventOf("e-1"), runId: "r-1" }, undefined, () =>
      runWork({ kind: "subscriber", name: "paid", event: eventOf("e-2") }, undefined, () => log.info("x")),
    );
    expect(output.lines()[0]).toMatchObject({ runId: "r-1", subscriber: "paid", correlationId: "e-2" });
  });
});

describe("sampling", () => {
  test("keeps all debug lines of a correlation or none, and every line from info on", () => {
    const output = collect();
    const log = createLog({ level: "debug", debugShare: 0.3, destination: output });
    for (let i = 0; i < 200; i++) {
      runWork({ kind: "subscriber", name: "s", event: eventOf(`e-${i}`) }, undefined, () => {
        log.debug("one");
        log.debug("two");
        log.info("three");
      });
    }
    const lines = output.lines();
    const kept = new Map<unknown, number>();
    for (const { level, correlationId } of lines) {
      if (level === "debug") kept.set(correlationId, (kept.get(correlationId) ?? 0) + 1);
    }
    expect(lines.filter(({ level }) => level === "info")).toHaveLength(200);
    expect([...kept.values()].every((count) => count === 2)).toBe(true);
    expect(kept.size).toBeGreaterThan(30);
    expect(kept.size).toBeLessThan(90);
  });

  test("keeps about the share that was asked for, and keeps it when the share grows", () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `01JDZ${i.toString(32).padStart(21, "0")}`);
    for (const share of [0, 0.01, 0.25, 0.5, 0.9, 1]) {
      const kept = ids.filter((id) => isSampled(id, share)).length / ids.length;
      // Five standard deviations of a binomial share.
      expect(Math.abs(kept - share)).toBeLessThanOrEqual(5 * Math.sqrt((share * (1 - share)) / ids.length));
    }
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), (id, share) => {
        expect(!isSampled(id, share / 2) || isSampled(id, share)).toBe(true);
      }),
    );
  });
});

test("there is no current work outside of work", () => {
  expect(currentWork()).toBeUndefined();
});
