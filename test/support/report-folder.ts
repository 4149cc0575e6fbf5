import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isReportFolder } from "../../src/publish/entries/read-folders.ts";

/** The name of the first folder of a report in `reports` of a folder; empty where there is none. */
export async function reportFolderIn(cwd: string): Promise<string> {
  return (await readdir(join(cwd, "reports"))).toSorted().find(isReportFolder) ?? "";
}
