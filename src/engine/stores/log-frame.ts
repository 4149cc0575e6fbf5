import { crc32 } from "node:zlib";

/**
 * A frame of the log file, little-endian:
 *
 *     0  magic    u32
 *     4  length   u32  of the payload in bytes; 0 for a mark, which carries no events
 *     8  crc      u32  CRC-32 of everything that follows
 *    12  timeMs   f64  when it was written
 *    20  syncedTo u32  up to which offset the segment was known to be on the disk when this was written
 *    24  payload
 *
 * `syncedTo` tells a torn write from damage: bytes that were never synced may be missing after a power cut, and
 * bytes before some later frame's `syncedTo` may not.
 */
export const headerBytes = 24;
const magic = 0xf106_0ad1;

/** A frame that was read. */
export interface Frame {
  readonly offset: number;
  readonly end: number;
  readonly timeMs: number;
  readonly syncedTo: number;
  readonly payload: Buffer;
}

/** Builds the bytes of a frame. */
export function encodeFrame(payload: string, timeMs: number, syncedTo: number): Buffer {
  const length = Buffer.byteLength(payload);
  const bytes = Buffer.allocUnsafe(headerBytes + length);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.writeDoubleLE(timeMs, 12);
  bytes.writeUInt32LE(syncedTo, 20);
  bytes.write(payload, headerBytes);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
}

/**
 * Reads the frame that begins at `at` in `bytes`; `offset` is the place of `bytes[0]` in the segment.
 * `short`: the frame begins well, and its end lies beyond the bytes. `bad`: there is no frame.
 */
export function decodeFrame(bytes: Buffer, at: number, offset: number): Frame | "short" | "bad" {
  if (at + headerBytes > bytes.length) return "short";
  if (bytes.readUInt32LE(at) !== magic) return "bad";
  const end = at + headerBytes + bytes.readUInt32LE(at + 4);
  if (end > bytes.length) return "short";
  if (crc32(bytes.subarray(at + 12, end)) !== bytes.readUInt32LE(at + 8)) return "bad";
  return {
    offset: offset + at,
    end: offset + end,
    timeMs: bytes.readDoubleLE(at + 12),
    syncedTo: bytes.readUInt32LE(at + 20),
    payload: bytes.subarray(at + headerBytes, end),
  };
}

/** The next place at or after `at` where a frame may begin; -1 where there is none. */
export function findFrameStart(bytes: Buffer, at: number): number {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(magic);
  return bytes.indexOf(mark, at);
}
