import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { readJson } from "../base/json.ts";
import type { ReportSummary } from "../measure/report-summary.ts";

/** How many reports are listed. */
export const maxReports = 100;

/** Reads the newest reports of a folder, the newest first; each once, since a result may be large. */
export type ReadReports = () => Promise<readonly ReportSummary[]>;

/** Creates a reader that remembers what it has read. Folders that hold no result that it understands are left out. */
export function createReportReader(dir: string): ReadReports {
  const known = new Map<string, { readonly stamp: string; readonly summary: ReportSummary | undefined }>();
  return async () => {
    const summaries: ReportSummary[] = [];
    for (const folder of await foldersOf(dir)) {
      if (summaries.length === maxReports) break;
      const found = await resultFileOf(join(dir, folder));
      if (found === undefined) continue;
      const { file, stamp } = found;
      const before = known.get(folder);
      const summary = before?.stamp === stamp ? before.summary : await summarise(dir, folder, file);
      known.set(folder, { stamp, summary });
      if (summary !== undefined) summaries.push(summary);
    }
    return summaries.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  };
}

/** Names begin with the time, so that the last is the newest. */
async function foldersOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .toSorted()
    .toReversed();
}

const resultFiles = [
  "result.json",
  "comparison.json",
  "tuning.json",
  "capacity.json",
  "sweep.json",
  "matrix.json",
];

async function resultFileOf(
  dir: string,
): Promise<{ readonly file: string; readonly stamp: string } | undefined> {
  for (const name of resultFiles) {
    const file = join(dir, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return { file, stamp: `${name} ${found.mtimeMs} ${found.size}` };
  }
  return undefined;
}

async function summarise(dir: string, folder: string, file: string): Promise<ReportSummary | undefined> {
  const read = readJson(await readFile(file, "utf8"));
  if (read.problem !== undefined || typeof read.value !== "object" || read.value === null) return undefined;
  const fields = read.value as Readonly<Record<string, unknown>>;
  const { kind = "run", scenario, name = nameOf(scenario), startedAt, durationMs, outcome } = fields;
  const { exitCode, reason } = fields;
  if (typeof kind !== "string" || typeof name !== "string" || typeof startedAt !== "string") return undefined;
  if (typeof durationMs !== "number" || typeof outcome !== "string") return undefined;
  if (typeof exitCode !== "number" || typeof reason !== "string") return undefined;
  const hasPage = existsSync(join(dir, folder, "report.html"));
  return { folder, kind, name, startedAt, durationMs, outcome, exitCode, reason, hasPage };
}

function nameOf(scenario: unknown): unknown {
  return typeof scenario === "object" && scenario !== null && "name" in scenario ? scenario.name : undefined;
}
