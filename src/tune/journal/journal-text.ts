import { createHash } from "node:crypto";
import { DynoError } from "../../base/errors.ts";
import { readJson } from "../../base/json.ts";
import { type JournalEntry, journalVersion } from "./journal-entry.ts";
import { journalEntrySchema } from "./journal-schema.ts";

/** An entry, and the line of the file that it stands in, from 1. */
export interface RecordedEntry {
  readonly entry: JournalEntry;
  readonly line: number;
}

/** What a journal's file holds. */
export interface JournalText {
  readonly entries: readonly RecordedEntry[];
  /** How many bytes of the file they are; what is behind them was broken off while it was written. */
  readonly soundBytes: number;
  /** Whether the last entry lacks its end of line. */
  readonly isOpen: boolean;
}

/** The line of an entry, with the sum that tells whether it is as it was written. Throws a DynoError `internal` where it is no entry. */
export function formatEntry(entry: JournalEntry): string {
  const checked = journalEntrySchema.safeParse(JSON.parse(JSON.stringify(entry)));
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new DynoError("internal", `what was measured cannot be recorded: ${where}: ${issue?.message}`);
  }
  const text = JSON.stringify(checked.data);
  return `${JSON.stringify({ ...checked.data, sum: sumOf(text) })}\n`;
}

/** Reads an entry's line. Throws a DynoError `usage` that begins with `where` if it is not as it was written. */
export function parseEntry(line: string, where: string): JournalEntry {
  const { value, problem } = { value: undefined, problem: undefined, ...readJson(line) };
  if (problem !== undefined) throw damaged(`${where}:${problem.column}`, `the line ${problem.message}`);
  if (typeof value !== "object" || value === null) throw damaged(where, "the line is no entry");
  const { sum, ...entry } = value as { readonly sum?: unknown; readonly v?: unknown };
  if (typeof entry.v === "number" && entry.v > journalVersion) {
    const what = `a newer dyno wrote this journal (v is ${entry.v}, and this one reads ${journalVersion})`;
    throw new DynoError("usage", `${where}: ${what}; update dyno, or begin a new journal`);
  }
  if (sum !== sumOf(JSON.stringify(entry))) throw damaged(where, "the line is not as it was written");
  const parsed = journalEntrySchema.safeParse(entry);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(where, `the line is no entry (${issue?.path.join(".") || "the line"}: ${issue?.message})`);
}

/**
 * Reads a journal; `file` is what messages call it. A last line that was broken off is left out. Throws a DynoError `usage`
 * with the line where another one is not as it was written.
 */
export function parseJournal(bytes: Buffer, file: string): JournalText {
  const end = bytes.lastIndexOf("\n") + 1;
  const lines = bytes.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
  const entries = lines.map((text, i) => ({ entry: parseEntry(text, `${file}:${i + 1}`), line: i + 1 }));
  const rest = bytes.subarray(end).toString("utf8");
  const last = rest === "" ? undefined : parseTorn(rest, `${file}:${lines.length + 1}`);
  // Another file that was named by mistake is not to be taken for one that broke off, which would be cut.
  if (lines.length === 0 && rest !== "" && !couldBe(rest, `{"kind":"header","v":`))
    throw damaged(`${file}:1`, "this is no journal of a tuning");
  const all = last === undefined ? entries : [...entries, { entry: last, line: lines.length + 1 }];
  checkOrder(all, file);
  return {
    entries: all,
    soundBytes: last === undefined ? end : bytes.length,
    isOpen: last !== undefined,
  };
}

/** A line without its end: whole or broken off. */
function parseTorn(text: string, where: string): JournalEntry | undefined {
  try {
    return parseEntry(text, where);
  } catch {
    return undefined;
  }
}

function couldBe(text: string, beginning: string): boolean {
  return text.startsWith(beginning) || beginning.startsWith(text);
}

function checkOrder(entries: readonly RecordedEntry[], file: string): void {
  const wrong = entries.find(({ entry }, i) => (entry.kind === "header") !== (i === 0));
  if (wrong === undefined) return;
  const what = wrong.line === 1 ? "a journal begins with its header" : "the header stands here once more";
  throw damaged(`${file}:${wrong.line}`, what);
}

function damaged(where: string, what: string): DynoError {
  return new DynoError(
    "usage",
    `${where}: ${what}; the journal is damaged: take it back as it was, or begin a new one`,
  );
}

/** 16 hexadecimal digits over a line's content. */
function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
