import type { TuneResult } from "../../measure/tuning.ts";
import { checkSame, divergence } from "./divergence.ts";
import type { Journal } from "./journal.ts";
import type { VerdictEntry } from "./journal-entry.ts";

/**
 * Records what a tuning came to, or holds it against what is recorded, so that a replay that comes to something else is seen:
 * it rejects then with a DynoError `usage`. One that was interrupted has not come to its end, and may be gone on with.
 */
export async function concludeJournal(
  journal: Journal,
  { outcome, chosen, proofs }: Pick<TuneResult, "outcome" | "chosen" | "proofs">,
): Promise<void> {
  if (outcome === "interrupted") return;
  const proven = proofs.find((proof) => proof.outcome === "proven");
  const verdict: VerdictEntry = { kind: "verdict", outcome, chosen, share: proven?.share.high ?? 1 };
  const recorded = journal.take();
  if (recorded === undefined) {
    if (journal.isWritable) await journal.append(verdict);
    return;
  }
  const { entry } = recorded;
  if (entry.kind !== "verdict") throw divergence(journal.file, recorded, "nothing is asked any more");
  checkSame(journal.file, recorded, entry, verdict);
}
