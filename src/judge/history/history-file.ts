import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";
import { readJson } from "../../base/json.ts";
import { type HistoryLine, historyLineSchema, historyVersion } from "./history-line.ts";

/** What a history file holds. */
export interface History {
  /** In the order of the file. */
  readonly lines: readonly HistoryLine[];
  /** One for each line that could not be read: `reports/history.ndjson:12: …`. */
  readonly warnings: readonly string[];
}

const newline = 0x0a;

/** Appends lines in one write, so that those of two processes do not mix; makes the folder and the file. */
export async function appendHistory(path: string, lines: readonly HistoryLine[]): Promise<void> {
  if (lines.length === 0) return;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "a+");
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1, newline);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    // Whoever wrote the last line was killed while it did.
    const before = last[0] === newline ? "" : "\n";
    await file.write(before + lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  } finally {
    await file.close();
  }
}

/**
 * Reads a history; `file` is what messages call it. Lines that are broken off or are no history lines are left out with
 * a warning. Throws a DynoError `usage` where there is no such file, or a newer dyno wrote into it.
 */
export async function readHistory(path: string, file = path): Promise<History> {
  const lines: HistoryLine[] = [];
  const warnings: string[] = [];
  for (const [i, text] of (await readText(path, file)).split("\n").entries()) {
    if (text.trim() === "") continue;
    const read = readLine(text, `${file}:${i + 1}`);
    if (typeof read === "string") warnings.push(read);
    else lines.push(read);
  }
  return { lines, warnings };
}

async function readText(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const why =
      (cause as NodeJS.ErrnoException).code === "ENOENT"
        ? `there is no history ${file}; dyno run SCENARIO --history ${file} begins one`
        : `the history ${file} cannot be read: ${messageOf(cause)}`;
    throw new DynoError("usage", why, { cause });
  }
}

/** A line, or what is wrong with it. */
function readLine(text: string, where: string): HistoryLine | string {
  const { value, problem } = { value: undefined, problem: undefined, ...readJson(text) };
  if (problem !== undefined) return `${where}: the line ${problem.message}, and is left out`;
  const version = typeof value === "object" && value !== null && "v" in value ? value.v : undefined;
  if (typeof version === "number" && version > historyVersion) {
    throw new DynoError(
      "usage",
      `${where}: a newer dyno wrote this line (v is ${version}, and this one reads ${historyVersion}); update dyno`,
    );
  }
  const parsed = historyLineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `${where}: is no line of a history (${issue?.path.join(".") || "the line"}: ${issue?.message}), and is left out`;
}
