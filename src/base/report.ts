import { nearestWord } from "./suggest.ts";
import type { Path, Problem, YamlFile } from "./yaml.ts";

/** Something wrong at a place of a YAML file. */
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

/** Puts each finding among the problems, at its place in the file. */
export function createReport(yaml: YamlFile, problems: Problem[]): Report {
  return ({ path, message, hint, part, inText }) => {
    const place = inText ? yaml.locateInText(path, inText.offset, inText.length) : yaml.locate(path, part);
    const at = { file: yaml.file, place, path: path.join("."), message };
    problems.push(hint === undefined ? at : { ...at, hint });
  };
}

/** The hint for a word that is not known, where one of the known is near. */
export function near(word: string, known: Iterable<string>): { readonly hint?: string } {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? {} : { hint: `did you mean ${nearest}?` };
}
