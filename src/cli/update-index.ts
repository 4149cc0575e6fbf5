import { existsSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { messageOf } from "../base/errors.ts";
import { isReportFolder } from "../publish/entries/read-folders.ts";
import { writeIndex } from "../publish/entries/write-index.ts";
import type { Io } from "./io.ts";

/**
 * Brings the index.html beside a report's folder up to date. Only where the folder has a name of ours (`20261124-110500-…`):
 * what lies beside one that a user named is his.
 */
export async function updateIndex(reportDir: string, dynoVersion: string, io: Io): Promise<void> {
  if (isReportFolder(basename(reportDir))) await write(dirname(reportDir), dynoVersion, io);
}

/** Brings the index.html in a folder up to date where there is one. */
export async function refreshIndex(dir: string, dynoVersion: string, io: Io): Promise<void> {
  if (existsSync(join(dir, "index.html"))) await write(dir, dynoVersion, io);
}

/** What was measured stands even where the index fails, so that is only told. */
async function write(dir: string, dynoVersion: string, io: Io): Promise<void> {
  try {
    await writeIndex(dir, dynoVersion);
  } catch (error) {
    io.stderr.write(
      `dyno: the index in ${relative(io.cwd, dir) || "."} is not up to date: ${messageOf(error)}\n`,
    );
  }
}
