import type { MatrixResult } from "../../../measure/matrix.ts";
/** x */
export function renderMatrixHtml(result: MatrixResult): string {
  return result.command;
}
