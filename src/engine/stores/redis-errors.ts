import { DynoError, messageOf } from "../../base/errors.ts";

/**
 * What a failed command means for the batch that it carried:
 *
 * - `away`: no reply came; the outcome is unknown
 * - `again`: not stored, for a reason that passes
 * - `fenced`: not stored; the stream has another owner
 * - `full`: not stored; Redis has no memory left
 * - `refused`: not stored, for a reason that does not pass by itself
 */
export type Trouble = "away" | "again" | "fenced" | "full" | "refused";

/** By the first word of the reply, or, inside a script on Redis 6, by the word after a dash. */
const table: readonly (readonly [Trouble, RegExp])[] = [
  ["fenced", /^FENCED/],
  ["full", /(^|-)OOM\b/],
  ["again", /^(STALE|NOSCRIPT)/],
  ["again", /(^|-)(LOADING|BUSY|READONLY|MISCONF|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|UNKILLABLE)\b/],
];

/** Sorts what ioredis rejected with. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof DynoError) return "refused";
  if (!(error instanceof Error) || error.name !== "ReplyError") return "away";
  return table.find(([, pattern]) => pattern.test(error.message))?.[0] ?? "refused";
}

/** Says in our words why Redis did not store a batch. */
export function refusalOf(error: unknown, stream: string): DynoError {
  if (error instanceof DynoError) return error;
  const text = messageOf(error);
  switch (troubleOf(error)) {
    case "full":
      return new DynoError(
        "overload",
        `Redis has no memory left for stream ${stream}: ${text}. Trim the stream, or raise maxmemory`,
        { cause: error },
      );
    case "fenced":
      return new DynoError(
        "conflict",
        `stream ${stream} has another owner now; a stream has one owner at a time, the last that opened it. What was under way may be stored or not`,
        { cause: error },
      );
    case "refused":
      return new DynoError("unavailable", `Redis refused a batch for stream ${stream}: ${text}`, {
        cause: error,
      });
    default:
      return new DynoError("unavailable", `Redis cannot store into stream ${stream}: ${text}`, {
        cause: error,
      });
  }
}

/** The text of a connection's failure; ioredis leaves it empty where several addresses were tried. */
export function reasonOf(error: unknown): string {
  const text = messageOf(error);
  return text === "" ? ((error as NodeJS.ErrnoException).code ?? "no reason given") : text;
}
