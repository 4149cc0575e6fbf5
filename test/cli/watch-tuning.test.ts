import { expect, test } from "vitest";
import { watchTuning } from "../../src/cli/watch-tuning.ts";
import { memoryIo } from "../support/memory-io.ts";
import { tuningResult } from "../support/tuning-result.ts";

test("a tuning is watched on stderr, in lines where that is no terminal, and not at all without progress", () => {
  const { objective, objectiveTerms: terms, params } = tuningResult();
  for (const progress of [true, false]) {
    const io = memoryIo("/");
    const watch = watchTuning({ title: "steady", objective, terms, params, progress }, io);
    watch.onService("redis 7.0.15");
    watch.onProgress({ stage: "search", trials: 4, latest: [], spentMs: 12_000 });
    watch.close();
    expect(io.written).toEqual({
      stdout: "",
      stderr: progress ? "steady: redis 7.0.15\nsteady: 4 trials in 12\u202fs\n" : "",
    });
  }
});
