const tiny = 1e-300;
const precision = 1e-16;

/** Student's distribution function: P(T <= t) for t with so many degrees of freedom, a positive number. */
export function studentCdf(t: number, degreesOfFreedom: number): number {
  const tail = incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/**
 * The regularised incomplete beta function I_x(a, b), for x between 0 and 1 and positive a and b: the continued
 * fraction 8.17.22 of the NIST Digital Library of Mathematical Functions, on the side of x where it converges fast.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const logFactor = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  if (x < (a + 1) / (a + b + 2)) return (Math.exp(logFactor) * betaFraction(x, a, b)) / a;
  return 1 - (Math.exp(logFactor) * betaFraction(1 - x, b, a)) / b;
}

/** 1 / (1 + d1 / (1 + d2 / (1 + ...))), by Lentz's method as Thompson and Barnett changed it (J. Comp. Phys. 1986). */
function betaFraction(x: number, a: number, b: number): number {
  let value = 1;
  let top = 1;
  let bottom = 0;
  for (let k = 1; k < 100_000; k++) {
    const d = betaTerm(k, x, a, b);
    bottom = 1 / away(1 + d * bottom);
    top = away(1 + d / top);
    value *= top * bottom;
    if (Math.abs(top * bottom - 1) < precision) break;
  }
  return 1 / value;
}

function betaTerm(k: number, x: number, a: number, b: number): number {
  const m = k >> 1;
  if (k % 2 === 0) return (m * (b - m) * x) / ((a + k - 1) * (a + k));
  return (-(a + m) * (a + b + m) * x) / ((a + k - 1) * (a + k));
}

/** The same number, moved away from 0 where it would be divided by. */
function away(number: number): number {
  return Math.abs(number) < tiny ? tiny : number;
}

/** ln of the gamma function of a positive number: Stirling's series (DLMF 5.11.1), from where it is good to 16 digits. */
function logGamma(x: number): number {
  if (x < 15) return logGamma(x + 1) - Math.log(x);
  const inverse = 1 / (x * x);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
}
