const c1 = 0x239b961b;
const c2 = 0xab0e9789;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93;

/**
 * Writes the 128-bit fingerprint of a text into `out`: MurmurHash3_x86_128 (Austin Appleby, public domain) over its
 * UTF-16 code units, with the last block padded by zeros. Two different texts among a million share one with a
 * probability of about 10^-27; a secret seed keeps others from making texts that do.
 */
export function fingerprint(text: string, seed: number, out: Int32Array): void {
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  for (let i = 0; i < text.length; i += 8) {
    const k1 = Math.imul(rotate(Math.imul(pair(text, i), c1), 15), c2);
    h1 = (Math.imul((rotate(h1 ^ k1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    const k2 = Math.imul(rotate(Math.imul(pair(text, i + 2), c2), 16), c3);
    h2 = (Math.imul((rotate(h2 ^ k2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    const k3 = Math.imul(rotate(Math.imul(pair(text, i + 4), c3), 17), c4);
    h3 = (Math.imul((rotate(h3 ^ k3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    const k4 = Math.imul(rotate(Math.imul(pair(text, i + 6), c4), 18), c1);
    h4 = (Math.imul((rotate(h4 ^ k4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const { length } = text;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = ((h1 ^ length) + h2 + h3 + h4) | 0;
  h2 = mix((h2 + h1) | 0);
  h3 = mix((h3 + h1) | 0);
  h4 = mix((h4 + h1) | 0);
  h1 = (mix(h1) + h2 + h3 + h4) | 0;
  out[0] = h1;
  out[1] = (h2 + h1) | 0;
  out[2] = (h3 + h1) | 0;
  out[3] = (h4 + h1) | 0;
}

function pair(text: string, i: number): number {
  if (i + 1 < text.length) return text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
  return i < text.length ? text.charCodeAt(i) : 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mix(value: number): number {
  let z = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}
