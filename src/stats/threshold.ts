/** What was seen at one dose. */
export interface DoseAnswer {
  /** Above 0. */
  readonly dose: number;
  /** ln of the response by its limit: above 0 it is too much. Infinite where there is only a yes or a no. */
  readonly excess: number;
  /** The standard error of that, from the answer's own samples; 0 where it is not known. */
  readonly error: number;
}

/** Where the threshold can lie. */
export interface ThresholdRange {
  /** Above 0. */
  readonly low: number;
  readonly high: number;
  /** Up to here all is alike before; from here on the chance falls as 1 / dose, so that one odd answer leaves no endless tail. */
  readonly knee: number;
}

/** What is known of a threshold. */
export interface ThresholdPosterior {
  /** The dose below which the threshold lies with this probability. */
  quantile(probability: number): number;
  /** The probability that the threshold lies above a dose. */
  chanceAbove(dose: number): number;
  /** How uncertain the threshold is expected to be, in nats, after one more yes or no at a dose. */
  expectedEntropy(dose: number): number;
  /** The chance per step of the grid, which is even in log dose. */
  readonly points: readonly { readonly dose: number; readonly chance: number }[];
}

/** One per cent of the dose; quantiles are interpolated. */
const step = 0.01;
/** Within this of the limit the response is taken to go straight through it, in logs; beyond, only the side counts. */
const straight = 0.5;
/** How steeply the response may rise at the threshold: d ln(response) / d ln(dose). */
const slopes = [1, 4, 16, 64];
/** How much answers at one dose may differ: the scale of a logistic law of ln(response). */
const noises = [0.03, 0.1, 0.3];
/** An answer has nothing to do with the dose with this chance: the machine hiccups. Mostly it is too much then. */
const oddBreak = 0.03;
const oddHold = 0.01;

/** One law that the response may follow. */
interface Law {
  readonly slope: number;
  readonly noise: number;
}

const laws: readonly Law[] = slopes.flatMap((slope) => noises.map((noise) => ({ slope, noise })));

/**
 * The posterior of the dose at which the typical response reaches its limit, on a grid of log dose. Answers are noisy: ln of
 * the response rises with log dose through the limit with unknown slope and noise (logistic); far from the limit only the
 * side is believed (a censored regression, Tobin, Econometrica 1958), and any answer may be odd. Where answers are but yes
 * and no, this is the psychometric function of Kontsevich and Tyler (Vision Research 1999), and with a sharp threshold the
 * probabilistic bisection of Horstein 1963, whose convergence Waeber, Frazier and Henderson prove (SIAM J. Control Optim.
 * 2013).
 */
export function thresholdPosterior(
  answers: readonly DoseAnswer[],
  range: ThresholdRange,
): ThresholdPosterior {
  const grid = gridOf(range);
  const joint = laws.map((law) => weightsUnder(law, grid, answers, Math.log(range.knee)));
  const chances = marginal(joint);
  const points = Array.from(grid, (logDose, i) => ({ dose: Math.exp(logDose), chance: chances[i] ?? 0 }));
  return {
    points,
    quantile: (probability) => quantileOf(points, probability),
    chanceAbove: (dose) => points.reduce((sum, point) => (point.dose > dose ? sum + point.chance : sum), 0),
    expectedEntropy: (dose) => expectedEntropy(joint, grid, Math.log(dose)),
  };
}

function gridOf({ low, high }: ThresholdRange): Float64Array {
  const count = Math.max(2, Math.ceil(Math.log(high / low) / step) + 1);
  return Float64Array.from({ length: count }, (_, i) => Math.log(low) + i * step);
}

function weightsUnder(
  law: Law,
  grid: Float64Array,
  answers: readonly DoseAnswer[],
  knee: number,
): Float64Array {
  return grid.map((threshold) => {
    let weight = Math.exp(Math.min(0, knee - threshold));
    for (const answer of answers) weight *= likelihood(answer, law, Math.log(answer.dose) - threshold);
    return weight;
  });
}

/** Of an answer at so much above the threshold, in log dose. */
function likelihood({ excess, error }: DoseAnswer, { slope, noise }: Law, above: number): number {
  // The logistic law's standard deviation is 1.814 times its scale.
  const scale = Math.hypot(noise, error / 1.814);
  const expected = slope * above;
  // A yes or no tells the side of the limit; a figure that is far off tells that it is not near.
  const edge = Number.isFinite(excess) ? straight : 0;
  const isSure = Math.abs(excess) >= straight;
  if (isSure && excess > 0) return oddBreak + (1 - oddBreak - oddHold) * logistic((expected - edge) / scale);
  if (isSure) return oddHold + (1 - oddBreak - oddHold) * logistic((-edge - expected) / scale);
  const below = logistic((excess - expected) / scale);
  const even = (oddBreak + oddHold) / (2 * straight);
  return even + ((1 - oddBreak - oddHold) * below * (1 - below)) / scale;
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Summed over the laws, and to 1 in all. */
function marginal(joint: readonly Float64Array[]): Float64Array {
  const total = new Float64Array(joint[0]?.length ?? 0);
  for (const weights of joint)
    for (const [i, weight] of weights.entries()) total[i] = (total[i] ?? 0) + weight;
  const sum = total.reduce((all, weight) => all + weight, 0);
  return total.map((weight) => weight / sum);
}

function quantileOf(points: ThresholdPosterior["points"], probability: number): number {
  let below = 0;
  for (const { dose, chance } of points) {
    if (below + chance >= probability) {
      const share = chance > 0 ? (probability - below) / chance : 1;
      return dose * Math.exp((share - 0.5) * step);
    }
    below += chance;
  }
  return points.at(-1)?.dose ?? Number.NaN;
}

function expectedEntropy(joint: readonly Float64Array[], grid: Float64Array, logDose: number): number {
  const held = joint.map((weights, l) => {
    const { slope, noise } = laws[l] ?? { slope: 1, noise: 1 };
    return weights.map((weight, i) => {
      const holds = logistic((slope * ((grid[i] ?? 0) - logDose)) / noise);
      return weight * (oddHold + (1 - oddBreak - oddHold) * holds);
    });
  });
  const broken = joint.map((weights, l) => weights.map((weight, i) => weight - (held[l]?.[i] ?? 0)));
  const [heldMass, brokenMass] = [massOf(held), massOf(broken)];
  const all = heldMass + brokenMass;
  return (heldMass / all) * entropyOf(marginal(held)) + (brokenMass / all) * entropyOf(marginal(broken));
}

function massOf(joint: readonly Float64Array[]): number {
  return joint.reduce((sum, weights) => sum + weights.reduce((all, weight) => all + weight, 0), 0);
}

function entropyOf(chances: Float64Array): number {
  return chances.reduce((sum, chance) => (chance > 0 ? sum - chance * Math.log(chance) : sum), 0);
}
