import { meritOf } from "./acquisition.ts";
import type { Beliefs } from "./beliefs.ts";
import type { History, Measured } from "./history.ts";
import { leastOf } from "./least-of.ts";

/** So far from the incumbent in some coordinate, and outside of its trust region, a point may belong to another basin. */
const apart = 0.35;

/**
 * From where another basin is descended: the best of what was measured far from the incumbent. Few points spread over a space
 * lie in a basin, but many on the slopes that lead into it. Undefined where nothing that works is far away.
 */
export function otherBasin(
  beliefs: Beliefs,
  { configs }: Pick<History, "configs">,
  incumbent: Measured,
  radius: number,
): Measured | undefined {
  const distance = Math.max(apart, radius);
  const isFar = ({ point }: Measured): boolean =>
    point.some((value, i) => Math.abs(value - (incumbent.point[i] ?? 0)) > distance);
  return leastOf(
    configs.filter((measured) => !measured.isBroken && isFar(measured)),
    ({ point }) => meritOf(beliefs, point),
  );
}
