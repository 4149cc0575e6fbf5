import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DynoError } from "../../base/errors.ts";
import { writeWhole } from "../../base/write-whole.ts";
import type { ListedFolder } from "../../measure/run-entry.ts";
import { indexMark, renderIndex } from "../html/index-page/render-index.ts";
import { readFolder, reportFolders } from "./read-folders.ts";

/** Of more folders than this the oldest are left out: the page stays small, and memory bounded. */
const mostFolders = 1000;

/** How often the list is made anew because others wrote reports meanwhile. */
const mostTries = 5;

/** What is in an index. */
export interface WrittenIndex {
  /** Its path. */
  readonly file: string;
  readonly folders: readonly ListedFolder[];
}

/**
 * Lists the reports in `dir` in its index.html. Safe beside others who do the same: whoever writes last has seen every
 * folder that was there before. Throws a DynoError `usage` where index.html is not dyno's.
 */
export async function writeIndex(dir: string, dynoVersion: string): Promise<WrittenIndex> {
  const file = join(dir, "index.html");
  await refuseForeign(file);
  let seen = await namesIn(dir);
  for (let attempt = 1; ; attempt++) {
    const folders: ListedFolder[] = [];
    for (const name of seen.folders.slice(0, mostFolders)) {
      const read = await readFolder(dir, name);
      if (read !== undefined) folders.push(read);
    }
    const leftOut = Math.max(0, seen.folders.length - mostFolders);
    await writeWhole(file, renderIndex({ folders, trends: seen.trends, leftOut, dynoVersion }));
    const now = await namesIn(dir);
    if (attempt === mostTries || JSON.stringify(now) === JSON.stringify(seen)) return { file, folders };
    seen = now;
  }
}

interface Names {
  readonly folders: readonly string[];
  /** Pages of `dyno trend`. */
  readonly trends: readonly string[];
}

async function namesIn(dir: string): Promise<Names> {
  const files = await readdir(dir).catch(() => []);
  return {
    folders: await reportFolders(dir),
    trends: files.filter((name) => /^trend-.+\.html$/.test(name)).toSorted(),
  };
}

async function refuseForeign(file: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined || text.includes(indexMark)) return;
  throw new DynoError(
    "usage",
    `${file} was not written by dyno, and is left alone; name another folder, or move it away`,
  );
}
