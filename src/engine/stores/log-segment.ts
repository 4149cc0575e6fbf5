import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { DynoError } from "../../base/errors.ts";
import { decodeFrame, type Frame, findFrameStart } from "./log-frame.ts";

const chunkBytes = 1_048_576;

/** The numbers of the segments in a folder, ascending. */
export async function listSegments(dir: string): Promise<number[]> {
  const numbers = (await readdir(dir))
    .map((name) => /^(\d{10})\.log$/.exec(name)?.[1])
    .filter((n) => n !== undefined);
  return numbers.map(Number).toSorted((a, b) => a - b);
}

/** The file of a segment; names sort like numbers. */
export function segmentPath(dir: string, segment: number): string {
  return join(dir, `${String(segment).padStart(10, "0")}.log`);
}

/**
 * The frames of a segment from one offset to another (default: the end of the file), reading about 1 MiB at a
 * time. Stops early, with a last value `broken`, where there is no whole frame.
 */
export function readFrames(
  dir: string,
  segment: number,
  fromOffset = 0,
  toOffset = Number.POSITIVE_INFINITY,
): AsyncGenerator<Frame | { readonly broken: number }> {
  return readFramesOf(segmentPath(dir, segment), fromOffset, toOffset);
}

/** The frames of any file of frames, like `readFrames`. */
export async function* readFramesOf(
  path: string,
  fromOffset = 0,
  toOffset = Number.POSITIVE_INFINITY,
): AsyncGenerator<Frame | { readonly broken: number }> {
  const file = await open(path, "r");
  try {
    let bytes: Buffer = Buffer.alloc(0);
    let start = fromOffset;
    let at = 0;
    let fileEnded = false;
    while (start + at < toOffset) {
      const frame = decodeFrame(bytes, at, start);
      if (typeof frame === "object") {
        at = frame.end - start;
        yield frame;
      } else if (frame === "short" && !fileEnded) {
        const rest = bytes.subarray(at);
        start += at;
        at = 0;
        const more = await readChunk(file, start + rest.length, Math.max(chunkBytes, rest.length));
        fileEnded = more.length === 0;
        bytes = Buffer.concat([rest, more]);
      } else {
        if (bytes.length > at) yield { broken: start + at };
        return;
      }
    }
  } finally {
    await file.close();
  }
}

async function readChunk(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/**
 * Where the whole frames of the last segment end. What follows may be a torn write, which is to be cut off, or
 * damage to bytes that had been synced: then this throws a DynoError `corrupt` with the place.
 */
export async function findEnd(dir: string, segment: number): Promise<{ end: number; timeMs: number }> {
  let end = 0;
  let timeMs = 0;
  for await (const frame of readFrames(dir, segment)) {
    if ("broken" in frame) {
      await refuseDamage(dir, segment, frame.broken);
      break;
    }
    end = frame.end;
    timeMs = frame.timeMs;
  }
  return { end, timeMs };
}

async function refuseDamage(dir: string, segment: number, broken: number): Promise<void> {
  const file = await open(segmentPath(dir, segment), "r");
  try {
    const { size } = await file.stat();
    const bytes = await readChunk(file, broken, size - broken);
    for (let at = findFrameStart(bytes, 1); at >= 0; at = findFrameStart(bytes, at + 1)) {
      const later = decodeFrame(bytes, at, broken);
      if (typeof later === "object" && later.syncedTo > broken) throw damaged(dir, segment, broken);
    }
  } finally {
    await file.close();
  }
}

/** The error for bytes that were on the disk and are not what was written. */
export function damaged(dir: string, segment: number, offset: number): DynoError {
  return new DynoError(
    "corrupt",
    `${segmentPath(dir, segment)} is damaged at byte ${offset}: what was written there does not check out. Restore the file from a copy, or move it away to go on without its events`,
  );
}
