import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";
import { encodeFrame } from "./log-frame.ts";
import { readFramesOf } from "./log-segment.ts";

/** A small file of checked frames that is appended to; what was torn off its end by a crash is cut off. */
export interface LogJournal {
  readonly bytes: number;
  /** Appends a text; gives its offset. */
  append(text: string): Promise<number>;
  /** Brings what was appended to the disk. */
  sync(): Promise<void>;
  /** Puts one text, or nothing, in place of all that there is; after a crash it is the old or the new. */
  replace(text: string | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Opens a journal, which is made where it is missing, and hands each text that it holds to `onText`. */
export async function openLogJournal(
  path: string,
  onText: (text: string, offset: number) => void,
): Promise<LogJournal> {
  const file = await open(path, "a+");
  let end = 0;
  for await (const frame of readFramesOf(path)) {
    if ("broken" in frame) break;
    onText(frame.payload.toString(), frame.offset);
    end = frame.end;
  }
  await file.truncate(end);
  await syncFolder(path);
  return new FrameJournal(path, file, end);
}

/** A file's name is on the disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}

class FrameJournal implements LogJournal {
  readonly #path: string;
  #file: FileHandle;
  #isSynced = true;
  bytes: number;

  constructor(path: string, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.bytes = bytes;
  }

  async append(text: string): Promise<number> {
    const frame = encodeFrame(text, 0, 0);
    const offset = this.bytes;
    try {
      this.#isSynced = false;
      await this.#file.appendFile(frame);
    } catch (error) {
      // What was written of it would hide everything behind it.
      await this.#file.truncate(offset).catch(() => undefined);
      throw this.#failure(error);
    }
    this.bytes += frame.length;
    return offset;
  }

  async sync(): Promise<void> {
    if (this.#isSynced) return;
    try {
      await this.#file.datasync();
      this.#isSynced = true;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async replace(text: string | undefined): Promise<void> {
    const draftPath = `${this.#path}.draft`;
    const frame = text === undefined ? Buffer.alloc(0) : encodeFrame(text, 0, 0);
    try {
      const draft = await open(draftPath, "w");
      await draft
        .appendFile(frame)
        .then(() => draft.datasync())
        .finally(() => draft.close());
      await rename(draftPath, this.#path);
      await syncFolder(this.#path);
      await this.#file.close();
      this.#file = await open(this.#path, "a+");
    } catch (error) {
      throw this.#failure(error);
    }
    this.bytes = frame.length;
    this.#isSynced = true;
  }

  #failure(cause: unknown): DynoError {
    const { code = "" } = cause as NodeJS.ErrnoException;
    const isFull = ["ENOSPC", "EDQUOT", "EFBIG"].includes(code);
    const text = `${this.#path} cannot be written: ${messageOf(cause)}`;
    return new DynoError(isFull ? "overload" : "unavailable", text, { cause });
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
