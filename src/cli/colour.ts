import type { Output } from "../publish/terminal/output.ts";

/**
 * Whether to colour what goes to `output`: NO_COLOR (any value) says no, FORCE_COLOR yes, else a terminal
 * that is not `dumb` gets colour. See no-color.org.
 */
export function wantsColour(output: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "" && env.FORCE_COLOR !== "0") return true;
  return output.isTTY && env.TERM !== "dumb";
}
