import { DynoError } from "../base/errors.ts";
import { splitUrl } from "../drive/targets/http-places.ts";
import type { HttpSettings } from "../drive/targets/http-settings.ts";
import type { Scenario } from "../scenario/scenario.ts";

/**
 * A server that runs already is the same one whichever revision loads it, so nothing would be compared. Throws a DynoError
 * `usage` where the target of a side that is measured at a revision of its own starts none.
 */
export function refuseRunningServer({ file, target }: Scenario): void {
  if (target.kind !== "http") return;
  const { url, start } = target.settings as HttpSettings;
  if (start !== undefined) return;
  throw new DynoError(
    "usage",
    `${file}: target.url is a server that runs already (${splitUrl(url).origin}), and every revision would load that same one; say how each revision starts its own, such as \`start: { command: node server.mjs }\` in the target, with the path alone as its \`url\``,
  );
}
