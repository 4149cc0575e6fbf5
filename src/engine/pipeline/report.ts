import type { Path } from "../../base/yaml.ts";

/** Something wrong at a place of a pipeline file. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
  /** What of the path's pair to point at. Default: the value. */
  readonly part?: "key" | "value";
  /** A stretch inside the text that stands there. */
  readonly inText?: { readonly offset: number; readonly length: number };
}

/** Hears of each problem that a check finds. */
export type Report = (finding: Finding) => void;
