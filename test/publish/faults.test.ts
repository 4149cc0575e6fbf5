import { expect, test } from "vitest";
import type { ProgressEvent } from "../../src/drive/progress.ts";
import { createLiveView } from "../../src/publish/terminal/live-view.ts";
import { renderSummary } from "../../src/publish/terminal/summary.ts";
import { createColours } from "../../src/publish/terminal/symbols.ts";
import { sampleResult } from "../support/sample-result.ts";

const colours = createColours(false);
const plain = (text: string): string => text.replaceAll("\u202f", " ");

test("the summary lists each fault as it took place", () => {
  const text = plain(renderSummary(sampleResult({ faults: true }), {}, colours));
  expect(text).toContain("↯ redis-kill from 3 s to 6 s\n");
  expect(text).toContain("↯ network-latency 50 ms ± 10 ms from 3.5 s to 6.5 s\n");
  expect(text).toContain("↯ engine-kill could not be ended: it will not start\n");
  expect(renderSummary(sampleResult(), {}, colours)).not.toContain("↯");
});

test.each([false, true])(
  "the live view says when a fault begins and when it is over (block: %s)",
  (block) => {
    let written = "";
    const output = {
      write: (text: string) => {
        written += text;
      },
      isTTY: block,
      columns: 100,
    };
    const view = createLiveView({ output, colours, name: "s", block });
    const interval = sampleResult().trials[0]?.timeline.at(-1);
    if (interval === undefined) throw new Error("no row");
    const show = (event: ProgressEvent): void => {
      written = "";
      view.show(event);
      // In a block it is shown with the next figures.
      view.show({ type: "interval", interval });
    };
    const mark = { atMs: 3000, label: "redis-kill", fault: "redis-kill" };
    show({ type: "fault", mark });
    expect(written).toContain("redis-kill begins");
    show({ type: "fault", mark: { ...mark, untilMs: 5500 } });
    expect(plain(written)).toContain("redis-kill is over after 2.5 s");
    show({ type: "fault", mark: { ...mark, problem: "could not be ended: it hangs" } });
    expect(written).toContain("redis-kill could not be ended: it hangs");
    view.close();
  },
);
