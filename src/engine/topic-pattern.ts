import { DynoError } from "../base/errors.ts";

/**
 * Compiles a topic pattern: words joined by dots, where `*` stands for one word and a last `>` for one or more
 * (the wildcards of NATS subjects). Throws a DynoError `usage` on an empty word or a `>` before the end.
 */
export function compileTopicPattern(pattern: string): (topic: string) => boolean {
  const words = pattern.split(".");
  if (words.includes("")) throw new DynoError("usage", `topic pattern "${pattern}" has an empty word`);
  const tail = words.indexOf(">");
  if (tail >= 0 && tail < words.length - 1) {
    throw new DynoError("usage", `topic pattern "${pattern}" has ">" before its end`);
  }
  if (!words.includes("*") && tail < 0) return (topic) => topic === pattern;
  return (topic) => matches(words, tail, topic.split("."));
}

function matches(pattern: readonly string[], tail: number, topic: readonly string[]): boolean {
  const fixed = tail < 0 ? pattern.length : tail;
  if (tail < 0 ? topic.length !== fixed : topic.length <= fixed) return false;
  for (let i = 0; i < fixed; i++) {
    if (pattern[i] !== "*" && pattern[i] !== topic[i]) return false;
  }
  return true;
}
