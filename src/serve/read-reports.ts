import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ReportSummary } from "../measure/report-summary.ts";
import { readFolder, reportFolders } from "../publish/entries/read-folders.ts";

/** How many folders of reports are listed. */
const mostFolders = 100;

/** Reads the newest reports of a folder, the newest first. */
export type ReadReports = () => Promise<readonly ReportSummary[]>;

/**
 * Creates a reader of the folders in `dir`. It never throws: a folder that holds no result, or none that can be read, or
 * that goes meanwhile, is left out.
 */
export function createReportReader(dir: string): ReadReports {
  return async () => {
    const summaries: ReportSummary[] = [];
    let count = 0;
    // Names begin with the time, so that the first is the newest.
    for (const folder of await reportFolders(dir)) {
      if (count === mostFolders) break;
      const found = folder.startsWith(".") ? [] : await summarise(dir, folder);
      if (found.length > 0) count++;
      summaries.push(...found);
    }
    return summaries.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  };
}

async function summarise(dir: string, folder: string): Promise<readonly ReportSummary[]> {
  const listed = await readFolder(dir, folder);
  const hasPage = existsSync(join(dir, folder, "report.html"));
  return (listed?.entries ?? []).map(
    ({ kind, scenario: name, startedAt, durationMs, outcome, exitCode, reason, anchor }) => {
      return { folder, kind, name, startedAt, durationMs, outcome, exitCode, reason, anchor, hasPage };
    },
  );
}
