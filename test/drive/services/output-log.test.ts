import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createOutputLog } from "../../../src/drive/services/output-log.ts";

const bounds = { headBytes: 20, tailBytes: 30 };

function logOf(chunks: readonly string[]) {
  const log = createOutputLog(bounds);
  for (const chunk of chunks) log.add(Buffer.from(chunk));
  return log;
}

const chunksOf = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 }), {
  maxLength: 40,
});

describe("the log of a process", () => {
  test("holds all that was written where that is little", () => {
    fc.assert(
      fc.property(chunksOf, (chunks) => {
        const all = chunks.join("");
        fc.pre(all.length <= 50);
        expect(logOf(chunks).text()).toBe(all);
      }),
    );
  });

  test("holds the beginning and the end of much, says how much it left out, and never grows", () => {
    fc.assert(
      fc.property(chunksOf, (chunks) => {
        const all = chunks.join("");
        const text = logOf(chunks).text();
        const [, head = "", leftOut = "0", tail = ""] = /^(.*?)\n\((\d+) bytes left out\)\n(.*)$/s.exec(
          text,
        ) ?? ["", text];
        expect(all.startsWith(head) && all.endsWith(tail)).toBe(true);
        expect(head.length + Number(leftOut) + tail.length).toBe(all.length);
        expect(text.length).toBeLessThan(20 + 30 + 12 + 40);
      }),
    );
  });

  test("gives the last lines that say something, without colours and no longer than one can read", () => {
    const log = createOutputLog();
    log.add(Buffer.from("one\n\n\u001b[31mtwo\u001b[0m\n  \n"));
    log.add(Buffer.from(`th`));
    log.add(Buffer.from(`ree${"e".repeat(500)}`));
    expect(log.lastLines(2)).toEqual(["two", `three${"e".repeat(295)}`]);
    expect(logOf([]).lastLines(3)).toEqual([]);
  });
});
