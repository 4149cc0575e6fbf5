import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { writeWhole } from "../../base/write-whole.ts";
import { entrySchemaVersion, type ListedFolder, type RunEntry } from "../../measure/run-entry.ts";
import { entriesOfResult, isEntry, resultFiles } from "./entries-of-result.ts";

/** Whether a folder is called as dyno calls the folder of a report: `20261124-110500-quickstart`. */
export function isReportFolder(name: string): boolean {
  return /^\d{8}-\d{6}-/.test(name);
}

/** The content of entry.json: what the list shows, and of which state of which file. */
interface EntryFile {
  readonly schemaVersion: number;
  readonly file: string;
  readonly bytes: number;
  readonly changedMs: number;
  readonly entries: readonly RunEntry[];
}

/** The names of the folders in `dir` that may hold reports, newest first by their names; none where there is no such folder. */
export async function reportFolders(dir: string): Promise<readonly string[]> {
  const found = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return found
    .filter((one) => one.isDirectory())
    .map(({ name }) => name)
    .toSorted((a, b) => (a < b ? 1 : -1));
}

/**
 * Reads one folder of reports. What a result says is kept in an entry.json beside it, so that a large one is read once. A
 * folder that is no report's is undefined; one that is broken is listed with its problem, and never throws.
 */
export async function readFolder(dir: string, folder: string): Promise<ListedFolder | undefined> {
  const file = await resultFileIn(join(dir, folder));
  if (file === undefined)
    return isReportFolder(folder)
      ? { folder, entries: [], problem: "it holds no result, or none yet" }
      : undefined;
  try {
    return { folder, entries: await entriesIn(join(dir, folder), file) };
  } catch (error) {
    const [line = ""] = messageOf(error).split("\n");
    return { folder, entries: [], problem: `${file} cannot be read: ${line}` };
  }
}

/** The same text as long as the result in a folder is the same; empty where there is none. */
export async function folderState(dir: string, folder: string): Promise<string> {
  const file = await resultFileIn(join(dir, folder));
  const found = file === undefined ? undefined : await stat(join(dir, folder, file)).catch(() => undefined);
  return found === undefined ? "" : `${file} ${found.size} ${found.mtimeMs}`;
}

async function resultFileIn(path: string): Promise<string | undefined> {
  const names = new Set(await readdir(path).catch(() => []));
  return resultFiles.find((file) => names.has(file));
}

async function entriesIn(path: string, file: string): Promise<readonly RunEntry[]> {
  const { size, mtimeMs } = await stat(join(path, file));
  const state = { schemaVersion: entrySchemaVersion, file, bytes: size, changedMs: mtimeMs };
  const kept = await readKept(join(path, "entry.json"));
  if (isOf(kept, state)) return kept.entries;
  const entries = entriesOfResult(file, JSON.parse(await readFile(join(path, file), "utf8")));
  // Where it cannot be kept, as in a folder that is read only, it is read again the next time.
  await writeWhole(join(path, "entry.json"), `${JSON.stringify({ ...state, entries })}\n`).catch(() => {});
  return entries;
}

function isOf(kept: Partial<EntryFile>, state: Omit<EntryFile, "entries">): kept is EntryFile {
  return (
    kept.schemaVersion === state.schemaVersion &&
    kept.file === state.file &&
    kept.bytes === state.bytes &&
    kept.changedMs === state.changedMs &&
    Array.isArray(kept.entries) &&
    kept.entries.every(isEntry)
  );
}

/** What is kept, whatever it is; nothing where it cannot be read. */
async function readKept(path: string): Promise<Partial<EntryFile>> {
  try {
    return { ...(JSON.parse(await readFile(path, "utf8")) as Partial<EntryFile>) };
  } catch {
    return {};
  }
}
