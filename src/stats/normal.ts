/** Above it the tail is taken from Laplace's continued fraction: Hart's function is good to 15 digits of 1, not of it. */
const farOut = 4;
const fractionTerms = 60;

/**
 * The standard normal distribution function: P(Z <= z). To about 15 digits, small tails relative to themselves (Hart
 * 1968, algorithm 5666, as in West, Better approximations to cumulative normal functions, Wilmott 2005).
 */
export function normalCdf(z: number): number {
  return z > 0 ? 1 - lowerTail(z) : lowerTail(-z);
}

/** P(Z <= -size), for a size of at least 0. */
function lowerTail(size: number): number {
  if (size > 38) return 0;
  const density = Math.exp((-size * size) / 2);
  if (size < farOut) return (density * polynomial(hartTop, size)) / polynomial(hartBottom, size);
  let fraction = size;
  for (let term = fractionTerms; term >= 1; term--) fraction = size + term / fraction;
  return density / fraction / Math.sqrt(2 * Math.PI);
}

/**
 * The standard normal quantile: the z with P(Z <= z) = probability. -Infinity at 0, Infinity at 1. To about 15 digits
 * (Wichura, algorithm AS 241, PPND16, Applied Statistics 1988). For a small upper tail take `-normalQuantile(tail)`:
 * 1 - tail has lost its digits.
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`a probability is between 0 and 1, and ${probability} is not`);
  }
  const q = probability - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(middle, 0.180625 - q * q);
  const tail = Math.min(probability, 1 - probability);
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-Math.log(tail));
  return Math.sign(q) * (r <= 5 ? ratio(outer, r - 1.6) : ratio(extreme, r - 5));
}

interface Rational {
  readonly top: readonly number[];
  readonly bottom: readonly number[];
}

function ratio({ top, bottom }: Rational, x: number): number {
  return polynomial(top, x) / polynomial(bottom, x);
}

/** Coefficients from the highest power down to the constant. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

const hartTop = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];

const hartBottom = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

const middle: Rational = {
  top: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  bottom: [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1,
  ],
};

const outer: Rational = {
  top: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  bottom: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
};

const extreme: Rational = {
  top: [
    2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124,
    0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  bottom: [
    2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133,
    0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
  ],
};
