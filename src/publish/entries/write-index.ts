import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DynoError } from "../../base/errors.ts";
import { writeWhole } from "../../base/write-whole.ts";
import type { ListedFolder } from "../../measure/run-entry.ts";
import { indexMark, renderIndex } from "../html/index-page/render-index.ts";
import { folderState, readFolder, reportFolders } from "./read-folders.ts";

/** Of more folders than this the oldest are left out: the page stays small, and memory bounded. */
const mostFolders = 1000;

/** How often the list is made anew because others wrote reports meanwhile. */
const mostTries = 20;

/** What is in an index. */
export interface WrittenIndex {
  /** Its path. */
  readonly file: string;
  readonly folders: readonly ListedFolder[];
}

/**
 * Lists the reports in `dir` in its index.html. Safe beside others who do the same: whoever writes last has seen every
 * result that was there before. Throws a DynoError `usage` where index.html is not dyno's.
 */
export async function writeIndex(dir: string, dynoVersion: string): Promise<WrittenIndex> {
  const file = join(dir, "index.html");
  await refuseForeign(file);
  let seen = await look(dir);
  for (let attempt = 1; ; attempt++) {
    const { names, leftOut, trends } = seen;
    const folders: ListedFolder[] = [];
    // One after another, so that one result at most is in memory.
    for (const name of names) {
      const read = await readFolder(dir, name);
      if (read !== undefined) folders.push(read);
    }
    await writeWhole(file, renderIndex({ folders, trends, leftOut, dynoVersion }));
    const now = await look(dir);
    if (attempt === mostTries || now.state === seen.state) return { file, folders };
    seen = now;
  }
}

/** What is in a folder of reports at a moment. */
interface Look {
  /** Newest first. */
  readonly names: readonly string[];
  readonly leftOut: number;
  /** Pages of `dyno trend`. */
  readonly trends: readonly string[];
  /** The same as long as no result comes, changes or goes. */
  readonly state: string;
}

async function look(dir: string): Promise<Look> {
  const all = await reportFolders(dir);
  const names = all.slice(0, mostFolders);
  const files = await readdir(dir).catch(() => []);
  const trends = files.filter((name) => /^trend-.+\.html$/.test(name)).toSorted();
  const states = await Promise.all(names.map((name) => folderState(dir, name)));
  return { names, trends, leftOut: all.length - names.length, state: JSON.stringify([all, trends, states]) };
}

async function refuseForeign(file: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined || text.includes(indexMark)) return;
  throw new DynoError(
    "usage",
    `${file} was not written by dyno, and is left alone; name another folder, or move it away`,
  );
}
