/** A seeded source of random numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1), with 32 random bits. */
  next(): number;
  /** Uniform integer in [0, bound). `bound` is a positive integer of at most 2^32. */
  integer(bound: number): number;
  /** Exponentially distributed with mean 1. */
  exponential(): number;
}

/**
 * Creates a generator from a 32-bit seed: sfc32 (Chris Doty-Humphrey, PractRand), its state filled by
 * splitmix32 and mixed for 12 rounds. Not for secrets.
 */
export function createRandom(seed: number): Random {
  let mix = seed >>> 0;
  const fill = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let a = fill();
  let b = fill();
  let c = fill();
  let counter = 1;
  const bits = (): number => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) bits();
  const next = (): number => bits() / 4_294_967_296;
  return {
    next,
    integer: (bound) => Math.floor(next() * bound),
    exponential: () => -Math.log1p(-next()),
  };
}

/** Derives an independent 32-bit seed from a seed and a label, so that each use has a sequence of its own. */
export function deriveSeed(seed: number, label: string): number {
  // FNV-1a over the label, started from the seed.
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < label.length; i++) {
    hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}
