import { expect, onTestFinished, test } from "vitest";
import { createManualClock } from "../../../src/base/clock.ts";
import { createEngine } from "../../../src/engine/create-engine.ts";
import { createRetention } from "../../../src/engine/delivery/retention.ts";
import type { TrimBounds } from "../../../src/engine/store.ts";

test("retention asks for the age and the length that are set, by the engine's clock", async () => {
  const clock = createManualClock(1_000_000);
  const asked: TrimBounds[] = [];
  const retention = createRetention({
    store: {
      trim: async (bounds) => {
        asked.push(bounds);
        return { heldBy: "slow" };
      },
    },
    settings: { maxAgeMs: 1000, maxEvents: 5, everyMs: 1 },
    epochMs: () => clock.epochMs(),
    report: () => undefined,
  });
  onTestFinished(() => retention.stop());
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  expect(asked[0]).toEqual({ olderThanMs: 999_000, maxEvents: 5 });
  expect(retention.heldBy).toBe("slow");
});

test("retention that fails is reported, and tried again", async () => {
  const errors: unknown[] = [];
  const failure = new Error("away");
  const store = { trim: () => Promise.reject(failure) };
  const report = (error: unknown): void => void errors.push(error);
  const retention = createRetention({
    store,
    settings: { maxEvents: 5, everyMs: 1 },
    epochMs: Date.now,
    report,
  });
  onTestFinished(() => retention.stop());
  await expect.poll(() => errors.length).toBeGreaterThan(1);
  expect(errors[0]).toBe(failure);
});

test.each([{ maxEvents: -1 }, { olderThanMs: Number.NaN }])("the bounds %j are refused", async (bounds) => {
  const engine = await createEngine({ store: { kind: "memory" } });
  onTestFinished(() => engine.close());
  await expect(engine.trim(bounds)).rejects.toMatchObject({ code: "usage" });
});

test("a retention that makes no sense is refused when the engine is opened", async () => {
  const opened = createEngine({ store: { kind: "memory" }, retention: { maxAgeMs: -5 } });
  await expect(opened).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("maxAgeMs") });
});
