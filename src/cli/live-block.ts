import type { Io } from "./io.ts";

/** Whether progress is repainted in place: on a terminal that can, and not in a CI job, whose log keeps every line. */
export function wantsLiveBlock({ stderr, env }: Io): boolean {
  const isCi = env.CI !== undefined && env.CI !== "" && env.CI !== "false";
  return stderr.isTTY && env.TERM !== "dumb" && !isCi;
}
