import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";
import type { JournalEntry, JournalHeader } from "./journal-entry.ts";
import { headerProblem } from "./journal-header.ts";
import { formatEntry, parseEntry, parseJournal, type RecordedEntry } from "./journal-text.ts";
import { lockJournal, type Unlock } from "./lock-journal.ts";

/** The record of a tuning: what was asked and answered, in order. */
export interface Journal {
  /** What messages call it. */
  readonly file: string;
  /** As it is recorded. */
  readonly header: JournalHeader;
  /** Whether entries can be added: not in a replay. */
  readonly isWritable: boolean;
  /** The next entry of the record, the header aside; undefined when all were taken. */
  take(): RecordedEntry | undefined;
  /** Adds an entry that outlasts a crash from then on. Gives it as it will be read, which is what is to be gone on with. */
  append<Entry extends JournalEntry>(entry: Entry): Promise<Entry>;
  close(): Promise<void>;
}

/** How a journal is opened. */
export interface OpenJournalOptions {
  /** `new`: there is none yet. `resume`: it is gone on with. `replay`: it is only read. */
  readonly mode: "new" | "resume" | "replay";
  /** What messages call it. Default: its path. */
  readonly file?: string;
}

/**
 * Opens a journal of newline-delimited JSON. A last line that was broken off in a crash is dropped, and what it answered is
 * asked again. Throws a DynoError `usage` of one line: where a new one is there already, an old one is missing or damaged,
 * belongs to another tuning than `header` says, or is being written by another process.
 */
export async function openJournal(
  path: string,
  header: JournalHeader,
  { mode, file = path }: OpenJournalOptions,
): Promise<Journal> {
  const bytes = mode === "new" ? Buffer.alloc(0) : await readBytes(path, file);
  const { entries, soundBytes, isOpen } = parseJournal(bytes, file);
  const [first, ...recorded] = entries;
  if (first?.entry.kind === "header") {
    checkHeader(first.entry, header, mode, file);
  } else if (mode === "replay") {
    throw new DynoError("usage", `${file}: the journal is empty: there is nothing to replay`);
  }
  const writer = mode === "replay" ? undefined : await openWriter(path, file, mode, soundBytes, isOpen);
  if (writer !== undefined && first === undefined) await writer.write(formatEntry(header));
  let taken = 0;
  return {
    file,
    header: first?.entry.kind === "header" ? first.entry : header,
    isWritable: writer !== undefined,
    take: () => recorded[taken++],
    append: async (entry) => {
      if (writer === undefined) throw new DynoError("internal", "a journal that is replayed was added to");
      const line = formatEntry(entry);
      await writer.write(line);
      return parseEntry(line.trimEnd(), file) as typeof entry;
    },
    close: async () => writer?.close(),
  };
}

/** The header of a journal: what a tuning that goes on with it takes over. Throws a DynoError `usage` as `openJournal` does. */
export async function readJournalHeader(path: string, file = path): Promise<JournalHeader> {
  const [first] = parseJournal(await readBytes(path, file), file).entries;
  if (first?.entry.kind === "header") return first.entry;
  throw new DynoError("usage", `${file}: the journal is empty: there is nothing to go on with`);
}

function checkHeader(
  was: JournalHeader,
  now: JournalHeader,
  mode: OpenJournalOptions["mode"],
  file: string,
): void {
  const problem = headerProblem(was, now, { measures: mode === "resume" });
  if (problem === undefined) return;
  const what = mode === "resume" ? "gone on with" : "replayed";
  throw new DynoError(
    "usage",
    `${file}:1: the journal cannot be ${what}: ${problem}; make it as it was, or begin a new journal`,
  );
}

async function readBytes(path: string, file: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const why = isMissing ? "there is none" : messageOf(cause);
    throw new DynoError(
      "usage",
      `the journal ${file} cannot be read: ${why}; name one of an earlier tuning`,
      {
        cause,
      },
    );
  }
}

interface Writer {
  write(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the file behind what is sound of it, and keeps it for this process. */
async function openWriter(
  path: string,
  file: string,
  mode: "new" | "resume",
  soundBytes: number,
  isOpen: boolean,
): Promise<Writer> {
  const handle = await openFile(path, file, mode);
  const write = async (line: string): Promise<void> => {
    try {
      await handle.appendFile(line);
      await handle.datasync();
    } catch (cause) {
      const what = `the journal ${file} could not be written: ${messageOf(cause)}`;
      throw new DynoError("setup", `${what}; mend that, and go on with it`, { cause });
    }
  };
  let unlock: Unlock | undefined;
  const close = async (): Promise<void> => {
    await handle.close();
    await unlock?.();
  };
  try {
    unlock = await lockJournal(path, file);
    if (mode === "resume") await handle.truncate(soundBytes);
    if (isOpen) await write("\n");
  } catch (error) {
    await close();
    throw error;
  }
  return { write, close };
}

async function openFile(path: string, file: string, mode: "new" | "resume") {
  try {
    await mkdir(dirname(path), { recursive: true });
    return await open(path, mode === "new" ? "ax" : "a");
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const why = isThere
      ? "is there already; go on with it, or name another"
      : `cannot be written: ${messageOf(cause)}`;
    throw new DynoError("usage", `the journal ${file} ${why}`, { cause });
  }
}
