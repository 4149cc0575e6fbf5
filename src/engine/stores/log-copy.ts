import { dirname } from "node:path";
import { DynoError } from "../../base/errors.ts";
import type { LogFile, LogFiles } from "./log-files.ts";
import { encodeFrame } from "./log-frame.ts";
import { readFramesOf } from "./log-segment.ts";

const chunkBytes = 1_048_576;

/**
 * Puts a synced copy of the first `length` bytes of a file of frames in the file's place. It is for a file whose sync
 * failed: what memory still has of it can be read, but no later sync would bring it to the disk.
 */
export async function copyFrames(files: LogFiles, path: string, length: number): Promise<void> {
  const draftPath = `${path}.draft`;
  try {
    const draft = await files.open(draftPath);
    await draft
      .truncate(0)
      .then(() => appendFrames(draft, path, length))
      .then(() => draft.datasync())
      .finally(() => draft.close());
    await files.rename(draftPath, path);
  } catch (error) {
    await files.remove(draftPath).catch(() => undefined);
    throw error;
  }
  await files.syncFolder(dirname(path));
}

async function appendFrames(draft: LogFile, path: string, length: number): Promise<void> {
  let frames: Buffer[] = [];
  let bytes = 0;
  let end = 0;
  for await (const frame of readFramesOf(path, 0, length)) {
    if ("broken" in frame) break;
    end = frame.end;
    const copy = encodeFrame(frame.payload.toString(), frame.timeMs, frame.syncedTo);
    frames.push(copy);
    bytes += copy.length;
    if (bytes < chunkBytes) continue;
    await draft.append(Buffer.concat(frames));
    frames = [];
    bytes = 0;
  }
  if (frames.length > 0) await draft.append(Buffer.concat(frames));
  if (end === length) return;
  throw new DynoError(
    "corrupt",
    `${path} cannot be copied: its bytes from ${end} to ${length} do not check out`,
  );
}
