import { expect, test } from "vitest";
import { DynoError } from "../../../src/base/errors.ts";
import { refusalOf, type Trouble, troubleOf } from "../../../src/engine/stores/redis-errors.ts";

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: "ReplyError" });
}

/** What Redis says, as its source has it. */
const replies: readonly [Trouble, string][] = [
  ["full", "OOM command not allowed when used memory > 'maxmemory'."],
  ["full", "ERR Error running script: @user_script: 1: -OOM command not allowed"],
  ["again", "LOADING Redis is loading the dataset in memory"],
  ["again", "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."],
  ["again", "READONLY You can't write against a read only replica."],
  [
    "again",
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
  ],
  ["again", "MISCONF Errors writing to the AOF file: No space left on device"],
  ["again", "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."],
  ["again", "CLUSTERDOWN The cluster is down"],
  ["again", "TRYAGAIN Multiple keys request during rehashing of slot"],
  ["again", "NOREPLICAS Not enough good replicas to write."],
  ["again", "NOSCRIPT No matching script. Please use EVAL."],
  ["again", "STALE the owner has epoch 3, batch 7"],
  ["fenced", "FENCED 4"],
  ["refused", "WRONGTYPE Operation against a key holding the wrong kind of value"],
  ["refused", "NOPERM this user has no permissions to run the 'evalsha' command"],
];

test.each(replies)("a reply is sorted as %s: %s", (trouble, message) => {
  expect(troubleOf(reply(message))).toBe(trouble);
});

test("what is no reply leaves the outcome unknown", () => {
  expect(troubleOf(new Error("Connection is closed."))).toBe("away");
  expect(troubleOf(Object.assign(new Error(), { code: "ECONNREFUSED" }))).toBe("away");
});

/** Whatever Redis says, a fallback takes the events, but where another engine owns the stream. */
test("only a stream with another owner is a conflict", () => {
  for (const [trouble, message] of replies) {
    const refusal = refusalOf(reply(message), "orders");
    expect(refusal).toBeInstanceOf(DynoError);
    const code = trouble === "fenced" ? "conflict" : trouble === "full" ? "overload" : "unavailable";
    expect(refusal.code).toBe(code);
    expect(refusal.message).toContain("stream orders");
  }
});
