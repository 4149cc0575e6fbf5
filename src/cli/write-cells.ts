import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { writeWhole } from "../base/write-whole.ts";
import { renderJson } from "../publish/json.ts";
import { publishAll } from "../publish/publishers.ts";
import type { JudgedCell } from "../study/matrix/judge-cell.ts";
import type { Io } from "./io.ts";

/** Writes the result.json of a cell in mid-matrix, so that no error, kill or power cut costs what was measured. */
export async function keepCell({ cell, run }: JudgedCell, dir: string, io: Io): Promise<void> {
  if (run === undefined || cell.folder === undefined) return;
  const path = join(dir, cell.folder, "result.json");
  try {
    await writeWhole(path, renderJson(run));
  } catch (error) {
    io.stderr.write(`dyno: ${path} could not be written: ${messageOf(error)}\n`);
  }
}

/** Writes every output of every cell: each has the report of a run, for whoever wants to know why it is as it is. */
export async function publishCells(judged: readonly JudgedCell[], dir: string, io: Io): Promise<void> {
  for (const { cell, run } of judged) {
    if (run === undefined || cell.folder === undefined) continue;
    const { failures } = await publishAll(run, join(dir, cell.folder));
    for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
  }
}
