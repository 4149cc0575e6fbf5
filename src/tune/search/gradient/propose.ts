import type { Random } from "../../../base/random.ts";
import type { Point } from "../../space/space.ts";
import type { Arm } from "../searcher.ts";
import { createAcquisition } from "./acquisition.ts";
import type { Beliefs } from "./beliefs.ts";
import type { Bounds } from "./bounds.ts";
import type { Measured } from "./history.ts";
import { seek } from "./seek.ts";

/** How far each arm of a block trusts the mean: 0 goes where it is least, 1 also where little is known. */
const curiosities = [0, 0.7, 0.3] as const;
/** So often, in blocks, the last arm may be anywhere. */
const globalEvery = 4;
const globalCuriosity = 1.2;
/** How often in a row a point of its own is drawn before an arm is given up. */
const draws = 30;

/** The next points to measure: where the beliefs, descended in the trust region around the incumbent, lead. */
export function proposeArms(
  beliefs: Beliefs,
  bounds: Bounds,
  incumbent: Measured,
  radius: number,
  round: number,
  random: Random,
): Arm[] {
  const arms: Arm[] = [];
  const points: Point[] = [];
  const taken = new Set<string>();
  const isGlobal = (arm: number): boolean =>
    round % globalEvery === globalEvery - 1 && arm === curiosities.length - 1;
  curiosities.forEach((curiosity, arm) => {
    const anywhere = isGlobal(arm);
    const box = bounds.around(incumbent.point, anywhere ? 1 : radius);
    const k = anywhere ? globalCuriosity : curiosity;
    const acquisition = createAcquisition(beliefs, k, points, incumbent.point.length);
    const found = seek(acquisition, bounds, incumbent.point, box, random).map(({ point }) => point);
    for (let draw = 0; draw < found.length + draws; draw++) {
      const config = bounds.toConfig(found[draw] ?? bounds.sample(random), incumbent.config);
      const key = bounds.space.keyOf(config);
      if (taken.has(key)) continue;
      taken.add(key);
      points.push(bounds.space.toPoint(config));
      arms.push({ config, role: anywhere || draw >= found.length ? "explore" : "descend" });
      return;
    }
  });
  return arms;
}
