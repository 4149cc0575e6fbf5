import type { Random } from "../../../base/random.ts";
import type { Point } from "../../space/space.ts";
import type { Bounds } from "../bounds.ts";
import type { Arm, ArmRole } from "../searcher.ts";
import { createAcquisition } from "./acquisition.ts";
import type { Beliefs } from "./beliefs.ts";
import type { History, Measured } from "./history.ts";
import { leastOf } from "./least-of.ts";
import { otherBasin } from "./other-basin.ts";
import { seek } from "./seek.ts";

/** How many standard deviations each arm near the incumbent takes off the mean: 0 goes where it is least, 1 also where little is known. */
const curiosities = [0, 1] as const;
/** Of the arm that descends another basin: the same, and how far it may go from its base. */
const otherCuriosity = 0.5;
const otherRadius = 0.25;
/** Of the arm that may be anywhere: of so many random points it takes the best. More of them, and it goes to the corners. */
const anywhereDraws = 24;
const anywhereCuriosity = 2.5;
/** How often in a row a point of its own is drawn before an arm is given up. */
const attempts = 30;

/** What the next points are sought with. */
export interface ProposalState {
  readonly beliefs: Beliefs;
  readonly bounds: Bounds;
  readonly history: Pick<History, "configs">;
  readonly incumbent: Measured;
  /** Of the trust region. */
  readonly radius: number;
  readonly random: Random;
}

/**
 * The next points to measure: where the beliefs, descended in the trust region around the incumbent, lead; where they lead
 * from the best that is far away, and one anywhere, since there may be a better basin. No two are the same, and of few
 * configurations there may be fewer.
 */
export function proposeArms(state: ProposalState): Arm[] {
  const { bounds, incumbent, random } = state;
  const arms: Arm[] = [];
  const points: Point[] = [];
  const taken = new Set<string>();
  const add = (found: readonly Point[], role: ArmRole): void => {
    for (let attempt = 0; attempt < found.length + attempts; attempt++) {
      const config = bounds.toConfig(found[attempt] ?? bounds.sample(random), incumbent.config);
      const key = bounds.space.keyOf(config);
      if (taken.has(key)) continue;
      taken.add(key);
      points.push(bounds.space.toPoint(config));
      arms.push({ config, role: attempt < found.length ? role : "explore" });
      return;
    }
  };
  for (const curiosity of curiosities) add(seekNear(state, curiosity, points), "descend");
  add(seekNear(elsewhere(state), otherCuriosity, points), "descend");
  add([drawAnywhere(state, points)], "explore");
  return arms;
}

function elsewhere(state: ProposalState): ProposalState {
  const base = otherBasin(state.beliefs, state.history, state.incumbent, state.radius);
  return base === undefined ? state : { ...state, incumbent: base, radius: otherRadius };
}

function seekNear(
  { beliefs, bounds, incumbent, radius, random }: ProposalState,
  curiosity: number,
  others: readonly Point[],
): Point[] {
  const box = bounds.around(incumbent.point, radius);
  const acquisition = createAcquisition(beliefs, { curiosity, others });
  return seek(acquisition, bounds, incumbent.point, box, random).map(({ point }) => point);
}

function drawAnywhere(
  { beliefs, bounds, incumbent, random }: ProposalState,
  others: readonly Point[],
): Point {
  const acquisition = createAcquisition(beliefs, { curiosity: anywhereCuriosity, others });
  const slopes = new Float64Array(incumbent.point.length);
  const drawn = Array.from({ length: anywhereDraws }, () => bounds.sample(random));
  return leastOf(drawn, (point) => acquisition(point, slopes)) ?? incumbent.point;
}
