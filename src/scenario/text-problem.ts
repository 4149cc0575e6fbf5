import { near } from "../base/report.ts";

/** What is wrong in a text, and where in it. */
export interface TextProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly hint?: string;
}

/** What to say of a word that is none of the known: `what` is `metric` or `phase`. */
export function unknownWord(
  word: string,
  what: string,
  known: readonly string[],
): Pick<TextProblem, "message" | "hint"> {
  return { message: `unknown ${what} ${word}; there are ${known.join(", ")}`, ...near(word, known) };
}
