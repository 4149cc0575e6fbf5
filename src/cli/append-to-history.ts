import { resolve } from "node:path";
import { messageOf } from "../base/errors.ts";
import { appendHistory } from "../judge/history/history-file.ts";
import type { HistoryLine } from "../judge/history/history-line.ts";
import type { Io } from "./io.ts";

/** Appends lines to a history file. What was measured stands even where that fails, so it is only told. */
export async function appendToHistory(file: string, lines: readonly HistoryLine[], io: Io): Promise<void> {
  try {
    await appendHistory(resolve(io.cwd, file), lines);
  } catch (error) {
    io.stderr.write(`dyno: the history ${file} could not be written: ${messageOf(error)}\n`);
  }
}
