import type { MatrixResult } from "../measure/matrix.ts";
import { renderJson } from "../publish/json.ts";
import { publishMatrix } from "../publish/publishers.ts";
import { renderMatrixSummary } from "../publish/terminal/matrix.ts";
import { createColours } from "../publish/terminal/symbols.ts";
import { wantsColour } from "./colour.ts";
import type { Io } from "./io.ts";
import { updateIndex } from "./update-index.ts";
import { writtenPaths } from "./written-paths.ts";

/** Writes every output of a matrix, but those of its cells, into its folder, and prints its summary. */
export async function writeMatrix(
  result: MatrixResult,
  dir: string,
  { json }: { readonly json?: boolean },
  io: Io,
): Promise<void> {
  const { files, failures } = await publishMatrix(result, dir);
  await updateIndex(dir, result.environment.dynoVersion, io);
  for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
  const paths = writtenPaths(files, { report: ".html", result: "matrix.json" }, io.cwd);
  io.stdout.write(
    json === true
      ? renderJson(result)
      : renderMatrixSummary(result, paths, createColours(wantsColour(io.stdout, io.env))),
  );
}
