import type { Random } from "../../../../base/random.ts";
import { normalQuantile } from "../../../../stats/normal.ts";
import { type Coordinates, createKernel, type Kernel, theta } from "./kernel.ts";
import { type Posterior, posteriorOf } from "./posterior.ts";
import type { Rows } from "./rows.ts";

/** What is believed of a part of the kernel before anything was measured: its logarithm is normal. */
interface Prior {
  readonly typical: number;
  readonly spread: number;
}

/** What is believed before anything was measured of a function whose values are logarithms. */
const priors = {
  signal: { typical: 0.08, spread: 1 },
  quadratic: { typical: 0.015, spread: 1 },
  drift: { typical: 0.003, spread: 1 },
  driftTime: { typical: 0.2, spread: 0.7 },
  noise: { typical: 0.01, spread: 0.7 },
  length: { typical: 0.6, spread: 0.6 },
} as const;

/** What is most likely a priori. */
export function typicalLogs(dims: number): Float64Array {
  return Float64Array.from({ length: theta.lengths + dims }, (_, place) => Math.log(priorOf(place).typical));
}

/** A kernel with what it was made of, and what the rows say under it. */
export interface Learnt {
  readonly logs: Float64Array;
  readonly kernel: Kernel;
  readonly posterior: Posterior;
}

/**
 * The most likely kernel (maximum a posteriori), sought from `logs` in so many random steps, which become smaller: some
 * change one part, others all. Without steps it is that of `logs`. Undefined where not even the first one fits.
 */
export function learnKernel(
  coordinates: Coordinates,
  rows: Rows,
  logs: Float64Array,
  steps: number,
  random: Random,
): Learnt | undefined {
  let best = weigh(coordinates, rows, logs);
  for (let step = 0; step < steps; step++) {
    const reach = largestStep * (smallestStep / largestStep) ** (step / steps);
    const from = best?.logs ?? logs;
    const only = step % 3 === 0 ? undefined : random.integer(logs.length);
    const moved = from.map((log, place) =>
      only === undefined || only === place
        ? log + reach * (only === undefined ? 0.5 : 1) * gaussian(random)
        : log,
    );
    const found = weigh(coordinates, rows, moved);
    if (found !== undefined && (best === undefined || found.merit > best.merit)) best = found;
  }
  return best;
}

/** Steps in the logarithms, at first and in the end. */
const largestStep = 1;
const smallestStep = 0.15;

function weigh(
  coordinates: Coordinates,
  rows: Rows,
  logs: Float64Array,
): (Learnt & { merit: number }) | undefined {
  const kernel = createKernel(coordinates, logs);
  const posterior = posteriorOf(kernel, rows);
  if (posterior === undefined) return undefined;
  let merit = posterior.likelihood;
  logs.forEach((log, place) => {
    const { typical, spread } = priorOf(place);
    merit -= ((log - Math.log(typical)) / spread) ** 2 / 2;
  });
  return { logs, kernel, posterior, merit };
}

function priorOf(place: number): Prior {
  if (place >= theta.lengths) return priors.length;
  const named = (["signal", "quadratic", "drift", "driftTime", "noise"] as const).find(
    (name) => theta[name] === place,
  );
  return priors[named ?? "length"];
}

function gaussian(random: Random): number {
  return normalQuantile((random.integer(1 << 30) + 0.5) / (1 << 30));
}
