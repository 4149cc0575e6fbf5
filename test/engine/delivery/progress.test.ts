import fc from "fast-check";
import { expect, test } from "vitest";
import { Progress } from "../../../src/engine/delivery/progress.ts";

test("progress comes back from its text as it was", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.nat(1000)),
      fc.array(fc.tuple(fc.nat(1000), fc.nat(9))),
      (events, done, attempts) => {
        const progress = new Progress(events);
        for (const [i, n] of attempts) progress.setAttempts(i % events, n);
        for (const i of done) if (!progress.isDone(i % events)) progress.setDone(i % events);
        const again = new Progress(events, progress.toText());
        expect(again.left).toBe(events - new Set(done.map((i) => i % events)).size);
        for (let i = 0; i < events; i++) {
          expect(again.isDone(i)).toBe(progress.isDone(i));
          expect(again.attemptsOf(i)).toBe(progress.isDone(i) ? 0 : progress.attemptsOf(i));
        }
      },
    ),
  );
});

test("what is no record of progress is refused as corrupt", () => {
  expect(() => new Progress(3, "{")).toThrow(expect.objectContaining({ code: "corrupt" }));
});
