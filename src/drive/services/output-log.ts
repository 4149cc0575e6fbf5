import { stripVTControlCharacters } from "node:util";

/** What a process wrote, of much only the beginning and the end. */
export interface OutputLog {
  add(chunk: Buffer): void;
  /** All that was kept, with a line where something was left out. */
  text(): string;
  /** The last lines that say something, without colours. */
  lastLines(count: number): readonly string[];
}

const headBytes = 256 * 1024;
const tailBytes = 768 * 1024;
const longestLine = 300;

/** Makes an empty log, which holds about a megabyte at most. */
export function createOutputLog(bounds = { headBytes, tailBytes }): OutputLog {
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  let inHead = 0;
  let inTail = 0;
  let leftOut = 0;
  const add = (chunk: Buffer): void => {
    const toHead = chunk.subarray(0, bounds.headBytes - inHead);
    if (toHead.length > 0) head.push(toHead);
    inHead += toHead.length;
    const rest = chunk.subarray(toHead.length);
    if (rest.length === 0) return;
    tail.push(rest);
    inTail += rest.length;
    for (
      let [first] = tail;
      first !== undefined && inTail - first.length >= bounds.tailBytes;
      [first] = tail
    ) {
      tail.shift();
      inTail -= first.length;
      leftOut += first.length;
    }
  };
  const end = (): string => Buffer.concat(tail).toString("utf8");
  return {
    add,
    text: () => {
      const gap = leftOut === 0 ? "" : `\n(${leftOut} bytes left out)\n`;
      return `${Buffer.concat(head).toString("utf8")}${gap}${end()}`;
    },
    lastLines: (count) => {
      const text = inTail > longestLine * count ? end() : Buffer.concat([...head, ...tail]).toString("utf8");
      const lines = text.split("\n").map((line) => stripVTControlCharacters(line).trimEnd());
      return lines
        .filter((line) => line !== "")
        .slice(-count)
        .map((line) => line.slice(0, longestLine));
    },
  };
}
