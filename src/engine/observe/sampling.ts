/**
 * Whether what belongs to this correlation is in the sample. By a hash (FNV-1a, 32 bits), so that all logs and traces of
 * one request are kept or none, in every process. `share` from 0 to 1.
 */
export function isSampled(correlationId: string, share: number): boolean {
  if (share >= 1) return true;
  let hash = 0x811c9dc5;
  for (let i = 0; i < correlationId.length; i++) {
    hash = Math.imul(hash ^ correlationId.charCodeAt(i), 0x01000193);
  }
  // Its low bits are its best; a shift mixes them into the high ones, which decide.
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 4_294_967_296 < share;
}
