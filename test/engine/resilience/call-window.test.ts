import fc from "fast-check";
import { expect, test } from "vitest";
import { createCallWindow } from "../../../src/engine/resilience/call-window.ts";

test("a window counts what came within it, and forgets it a tenth of the window at a time", () => {
  const call = fc.record({ waitMicros: fc.nat(3_000_000), failed: fc.boolean(), slow: fc.boolean() });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 100 }), (calls) => {
      const window = createCallWindow(10_000);
      const seen: { readonly slice: number; readonly failed: boolean; readonly slow: boolean }[] = [];
      let nowMicros = 5_000_000;
      for (const { waitMicros, failed, slow } of calls) {
        nowMicros += waitMicros;
        window.add(nowMicros, failed, slow);
        const slice = Math.floor(nowMicros / 1_000_000);
        seen.push({ slice, failed, slow });
        const kept = seen.filter((each) => each.slice > slice - 10);
        expect([window.calls, window.failures, window.slow]).toEqual([
          kept.length,
          kept.filter((each) => each.failed).length,
          kept.filter((each) => each.slow).length,
        ]);
      }
    }),
  );
});
