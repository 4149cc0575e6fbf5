import { DynoError } from "../base/errors.ts";

/**
 * Compiles a topic pattern: words joined by dots, where `*` stands for one word and a last `>` for one or more
 * (the wildcards of NATS subjects). Throws a DynoError `usage` on an empty word or a `>` before the end.
 *
 * Topics that begin with `$` are the engine's own: a pattern matches one only if it begins with `$` itself (as in
 * MQTT 5, 4.7.2), so that `>` means all events of the user.
 */
export function compileTopicPattern(pattern: string): (topic: string) => boolean {
  const words = pattern.split(".");
  if (words.includes("")) throw new DynoError("usage", `topic pattern "${pattern}" has an empty word`);
  const tail = words.indexOf(">");
  if (tail >= 0 && tail < words.length - 1) {
    throw new DynoError("usage", `topic pattern "${pattern}" has ">" before its end`);
  }
  if (!words.includes("*") && tail < 0) return (topic) => topic === pattern;
  const isInternal = pattern.startsWith("$");
  return (topic) => topic.startsWith("$") === isInternal && matches(words, tail, topic.split("."));
}

function matches(pattern: readonly string[], tail: number, topic: readonly string[]): boolean {
  const fixed = tail < 0 ? pattern.length : tail;
  if (tail < 0 ? topic.length !== fixed : topic.length <= fixed) return false;
  for (let i = 0; i < fixed; i++) {
    if (pattern[i] !== "*" && pattern[i] !== topic[i]) return false;
  }
  return true;
}
