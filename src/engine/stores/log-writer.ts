import { type Deferred, deferred } from "../../base/async.ts";
import { DynoError, messageOf } from "../../base/errors.ts";
import { copyFrames } from "./log-copy.ts";
import type { LogFile, LogFiles } from "./log-files.ts";
import { encodeFrame } from "./log-frame.ts";
import { segmentPath } from "./log-segment.ts";

/** Writes frames at the end of a log. */
export interface LogWriter {
  /** Resolves with the frame's `segment-offset` when it is written, and synced where that was asked for. */
  write(payload: string, timeMs: number, sync: boolean): Promise<string>;
  /** Begins a new file, unless the last one is empty, behind what was written until now, and gives its number. */
  beginSegment(): Promise<number>;
  /** Where the log ends for a reader: what lies before it was written, and synced where that was asked for. */
  end(): { readonly segment: number; readonly offset: number };
  readonly totals: { readonly syncs: number; readonly segments: number; readonly bytes: number };
  close(): Promise<void>;
}

/** Where to begin, and when to begin a new file. */
export interface LogWriterOptions {
  readonly files: LogFiles;
  readonly dir: string;
  readonly segment: number;
  readonly offset: number;
  readonly segmentBytes: number;
}

interface Request {
  readonly payload: string;
  readonly timeMs: number;
  readonly sync: boolean;
  readonly resolve: (entry: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Opens a writer that goes on at `offset` of `segment`; anything behind that is cut off. */
export async function openLogWriter(options: LogWriterOptions): Promise<LogWriter> {
  const file = await openSegment(options, options.segment, options.offset);
  return new GroupWriter(options, file);
}

async function openSegment(
  { files, dir }: LogWriterOptions,
  segment: number,
  offset: number,
): Promise<LogFile> {
  const file = await files.open(segmentPath(dir, segment));
  try {
    await file.truncate(offset);
    await file.datasync();
    // The file's name is on the disk only when its folder is.
    await files.syncFolder(dir);
    return file;
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

/** One write and at most one fdatasync for everything that gathered while the last one was under way. */
class GroupWriter implements LogWriter {
  readonly #options: LogWriterOptions;
  #file: LogFile;
  #segment: number;
  #offset: number;
  #syncedTo: number;
  #end: ReturnType<LogWriter["end"]>;
  #queue: Request[] = [];
  #rotations: Deferred<number>[] = [];
  #running: Promise<void> | undefined;
  #isBroken = false;
  readonly totals = { syncs: 0, segments: 1, bytes: 0 };

  constructor(options: LogWriterOptions, file: LogFile) {
    this.#options = options;
    this.#file = file;
    this.#segment = options.segment;
    this.#offset = options.offset;
    this.#syncedTo = options.offset;
    this.#end = { segment: options.segment, offset: options.offset };
  }

  write(payload: string, timeMs: number, sync: boolean): Promise<string> {
    const { promise, resolve, reject } = deferred<string>();
    this.#queue.push({ payload, timeMs, sync, resolve, reject });
    this.#start();
    return promise;
  }

  beginSegment(): Promise<number> {
    const rotation = deferred<number>();
    this.#rotations.push(rotation);
    this.#start();
    return rotation.promise;
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  end(): ReturnType<LogWriter["end"]> {
    return this.#end;
  }

  async close(): Promise<void> {
    await this.#running;
    try {
      if (this.#isBroken) await this.#mend();
      else if (this.#offset > 0) await this.#markEnd();
    } finally {
      await this.#file.close();
    }
  }

  /** A mark that everything before it was synced: damage to the last frames is then told from a torn write. */
  async #markEnd(): Promise<void> {
    await this.#file.datasync();
    await this.#file.append(encodeFrame("", 0, this.#offset));
    await this.#file.datasync();
  }

  async #run(): Promise<void> {
    // So that `#running` is set before the loop ends, however short it is.
    await null;
    while (this.#queue.length > 0 || this.#rotations.length > 0) {
      const group = this.#queue;
      this.#queue = [];
      const rotations = this.#rotations;
      this.#rotations = [];
      if (group.length > 0) await this.#settleGroup(group);
      for (const rotation of rotations) await this.#settleRotation(rotation);
    }
    // In the same step as the look at the queue: whoever comes now has to start again.
    this.#running = undefined;
  }

  async #settleGroup(group: readonly Request[]): Promise<void> {
    try {
      const places = await this.#commit(group);
      for (const [i, { resolve }] of group.entries()) resolve(places[i] ?? "");
    } catch (cause) {
      const failure = this.#failure(cause);
      for (const { reject } of group) reject(failure);
    }
  }

  async #settleRotation(rotation: Deferred<number>): Promise<void> {
    try {
      if (this.#isBroken) await this.#beginSegment(this.#segment + 1);
      else if (this.#offset > 0) await this.#rotate();
      rotation.resolve(this.#segment);
    } catch (cause) {
      rotation.reject(this.#failure(cause));
    }
  }

  /** A file whose write or sync failed is not trusted again: Linux reports a lost page once, and then calls it clean. */
  async #commit(group: readonly Request[]): Promise<string[]> {
    if (this.#isBroken) await this.#beginSegment(this.#segment + 1);
    if (this.#offset >= this.#options.segmentBytes) await this.#rotate();
    try {
      return await this.#attempt(group);
    } catch (error) {
      if (isFull(error)) throw error;
    }
    await this.#beginSegment(this.#segment + 1);
    return this.#attempt(group);
  }

  /** Writes a group, or leaves nothing of it: neither for a reader, nor in the way of what is written next. */
  async #attempt(group: readonly Request[]): Promise<string[]> {
    const start = this.#offset;
    try {
      const places = await this.#append(group);
      if (group.some(({ sync }) => sync)) await this.#sync();
      this.#end = { segment: this.#segment, offset: this.#offset };
      return places;
    } catch (error) {
      this.totals.bytes -= this.#offset - start;
      this.#offset = start;
      // A write that found no room has harmed nothing, a sync has: its pages may be gone.
      const isTrusted = isFull(error) && !this.#isBroken;
      this.#isBroken = true;
      // Where this fails it is done before the file is left.
      await this.#file.truncate(start).then(
        () => {
          this.#isBroken = !isTrusted;
        },
        () => undefined,
      );
      throw error;
    }
  }

  async #append(group: readonly Request[]): Promise<string[]> {
    const places: string[] = [];
    const frames: Buffer[] = [];
    let offset = this.#offset;
    for (const { payload, timeMs } of group) {
      const frame = encodeFrame(payload, timeMs, this.#syncedTo);
      places.push(`${this.#segment}-${offset}`);
      frames.push(frame);
      offset += frame.length;
    }
    await this.#file.append(frames.length === 1 && frames[0] ? frames[0] : Buffer.concat(frames));
    this.totals.bytes += offset - this.#offset;
    this.#offset = offset;
    return places;
  }

  async #sync(): Promise<void> {
    const offset = this.#offset;
    try {
      await this.#file.datasync();
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
    this.totals.syncs++;
    this.#syncedTo = offset;
  }

  async #rotate(): Promise<void> {
    await this.#sync();
    await this.#beginSegment(this.#segment + 1);
  }

  async #beginSegment(segment: number): Promise<void> {
    if (this.#isBroken) await this.#mend();
    const file = await openSegment(this.#options, segment, 0);
    await this.#file.close().catch(() => undefined);
    this.#file = file;
    this.#segment = segment;
    this.#offset = 0;
    this.#syncedTo = 0;
    this.#end = { segment, offset: 0 };
    this.#isBroken = false;
    this.totals.segments++;
  }

  /**
   * A broken file is left whole: a file that is not the last one is read to its end, and a later sync vouches for
   * what was written before it.
   */
  async #mend(): Promise<void> {
    await this.#file.truncate(this.#offset);
    if (this.#syncedTo === this.#offset) return;
    const { files, dir } = this.#options;
    await copyFrames(files, segmentPath(dir, this.#segment), this.#offset);
    this.#syncedTo = this.#offset;
  }

  #failure(cause: unknown): DynoError {
    const where = segmentPath(this.#options.dir, this.#segment);
    const code = isFull(cause) ? "overload" : "unavailable";
    return new DynoError(
      code,
      `${where} cannot be written: ${messageOf(cause)}; the events were not accepted`,
      { cause },
    );
  }
}

function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes((error as NodeJS.ErrnoException).code ?? "");
}
