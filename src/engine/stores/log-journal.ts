import { dirname } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";
import { copyFrames } from "./log-copy.ts";
import { diskFiles, type LogFile, type LogFiles } from "./log-files.ts";
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
  files: LogFiles = diskFiles,
): Promise<LogJournal> {
  const file = await files.open(path);
  let end = 0;
  for await (const frame of readFramesOf(path)) {
    if ("broken" in frame) break;
    onText(frame.payload.toString(), frame.offset);
    end = frame.end;
  }
  await file.truncate(end);
  await files.syncFolder(dirname(path));
  return new FrameJournal(path, files, file, end);
}

class FrameJournal implements LogJournal {
  readonly #path: string;
  readonly #files: LogFiles;
  #file: LogFile;
  #isSynced = true;
  /** Its sync failed, after which no other brings the same pages to the disk, or a torn write could not be cut off. */
  #isBroken = false;
  bytes: number;

  constructor(path: string, files: LogFiles, file: LogFile, bytes: number) {
    this.#path = path;
    this.#files = files;
    this.#file = file;
    this.bytes = bytes;
  }

  async append(text: string): Promise<number> {
    const frame = encodeFrame(text, 0, 0);
    const offset = this.bytes;
    await this.#mend();
    try {
      this.#isSynced = false;
      await this.#file.append(frame);
    } catch (error) {
      // What was written of it would hide everything behind it.
      await this.#file.truncate(offset).catch(() => {
        this.#isBroken = true;
      });
      throw this.#failure(error);
    }
    this.bytes += frame.length;
    return offset;
  }

  async sync(): Promise<void> {
    await this.#mend();
    if (this.#isSynced) return;
    try {
      await this.#file.datasync();
      this.#isSynced = true;
    } catch (error) {
      this.#isBroken = true;
      throw this.#failure(error);
    }
  }

  async #mend(): Promise<void> {
    if (!this.#isBroken) return;
    try {
      await copyFrames(this.#files, this.#path, this.bytes);
      await this.#reopen();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Goes on with the synced file that was put in the place of the old one. */
  async #reopen(): Promise<void> {
    const file = await this.#files.open(this.#path);
    await this.#file.close().catch(() => undefined);
    this.#file = file;
    this.#isSynced = true;
    this.#isBroken = false;
  }

  async replace(text: string | undefined): Promise<void> {
    const draftPath = `${this.#path}.draft`;
    const frame = text === undefined ? Buffer.alloc(0) : encodeFrame(text, 0, 0);
    try {
      const draft = await this.#files.open(draftPath);
      await draft
        .truncate(0)
        .then(() => draft.append(frame))
        .then(() => draft.datasync())
        .finally(() => draft.close());
      await this.#files.rename(draftPath, this.#path);
      await this.#files.syncFolder(dirname(this.#path));
      await this.#reopen();
    } catch (error) {
      throw this.#failure(error);
    }
    this.bytes = frame.length;
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
