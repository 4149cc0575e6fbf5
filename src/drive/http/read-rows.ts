import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { type CsvError, parse } from "csv-parse/sync";
import { DynoError, messageOf } from "../../base/errors.ts";

/** The rows of a file, each by column. */
export type Rows = readonly Readonly<Record<string, string>>[];

/** A file of values. */
export interface RowsFile {
  readonly columns: readonly string[];
  /** At least one. */
  readonly rows: Rows;
}

/**
 * Reads a file of comma-separated values (RFC 4180) whose first line names the columns. Throws a DynoError `setup` of one
 * line where it is missing, has no rows, or is torn; `shownAs` is what that line calls it.
 */
export async function readRows(file: string, shownAs: string): Promise<RowsFile> {
  const text = await readText(file, shownAs);
  const refuse = (why: string, cause?: unknown): DynoError =>
    new DynoError("setup", `${shownAs} ${why}`, { cause });
  let columns: readonly string[] = [];
  let rows: Rows;
  try {
    rows = parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      columns: (names: readonly string[]) => {
        columns = names;
        return [...names];
      },
    });
  } catch (error) {
    const { lines } = error as CsvError & { readonly lines?: number };
    throw refuse(
      `cannot be read as CSV${lines === undefined ? "" : `, line ${lines}`}: ${messageOf(error)}`,
      error,
    );
  }
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) throw refuse(`has two columns named ${twice}; its first line names the columns`);
  if (rows.length === 0) {
    throw refuse(
      columns.length === 0
        ? "is empty; it needs a line with the names of its columns, and rows"
        : "has no rows below the names of its columns",
    );
  }
  return { columns, rows };
}

/** A file's text. Throws a DynoError `setup` where there is none, or it is not in UTF-8. */
export async function readText(file: string, shownAs: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const why = isMissing ? `is missing: there is no file ${file}` : `cannot be read: ${messageOf(cause)}`;
    throw new DynoError("setup", `${shownAs} ${why}`, { cause });
  }
  if (!isUtf8(bytes)) throw new DynoError("setup", `${shownAs} is no text in UTF-8`);
  return bytes.toString("utf8");
}
