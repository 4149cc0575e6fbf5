import type { TuneProof, TuneResult } from "../../../measure/tuning.ts";

/** A proof, and which candidate it is of. */
export interface ShownProof {
  readonly proof: TuneProof;
  /** `candidate 1 of 2`; empty where there is only one. */
  readonly which: string;
}

/** The proof that charts are drawn of: the last one in which there was a look. Undefined where there was none. */
export function shownProof({ proofs }: Pick<TuneResult, "proofs">): ShownProof | undefined {
  const index = proofs.findLastIndex(({ looks }) => looks.length > 0);
  const proof = proofs[index];
  return proof === undefined ? undefined : { proof, which: candidateText(index, proofs.length) };
}

/** `candidate 1 of 2`; empty where there is only one. */
export function candidateText(index: number, count: number): string {
  return count > 1 ? `candidate ${index + 1} of ${count}` : "";
}
