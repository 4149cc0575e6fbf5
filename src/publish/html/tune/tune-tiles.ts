import { formatDuration, formatRatio } from "../../../base/units.ts";
import type { TuneProof, TuneResult } from "../../../measure/tuning.ts";
import { leadingMetric } from "../../comparison/verdicts.ts";
import { type Tile, tileRow } from "../sections/tiles.ts";
import type { Html } from "../template.ts";
import { claimOf, estimateOf } from "./claim.ts";

/** The claim and what it took. */
export function tuneTiles(result: TuneResult): Html {
  return tileRow([claimTile(result), searchTile(result), ...effortTiles(result)]);
}

function plain(name: string, figure: string, note: string): Tile {
  return { name, figure, note, isBad: false, values: [] };
}

function claimTile(result: TuneResult): Tile {
  const proof = result.proofs.at(-1);
  const claim = proof && claimOf(result, proof);
  const values = (proof?.looks ?? []).map(({ share }) => Math.min(1.5, share.high));
  if (claim === undefined) return { ...plain("Claim", "none", "nothing better is proven"), values };
  const { atLeast, direction, name } = claim;
  const sign = direction === "lower" ? "−" : "+";
  return { ...plain("Claim, at least", `${sign}${atLeast}`, name), values };
}

/** What the search believed, for people to hold against the claim. */
function searchTile({ steps, objectiveTerms }: TuneResult): Tile {
  const last = steps.at(-1);
  const name = "Best in the search";
  if (last === undefined) return plain(name, "–", "it found nothing");
  const values = steps.map(({ share }) => share.estimate);
  const estimate = estimateOf(objectiveTerms, last.share);
  return { ...plain(name, estimate.change, `${estimate.name}, biased`), values };
}

function effortTiles({ proofs, trials, spent, durationMs }: TuneResult): readonly Tile[] {
  const { searchMs, proofMs, optimizerMs } = spent;
  const time = (ms: number): string => formatDuration(ms * 1000);
  const pairs = proofs.reduce((sum, proof) => sum + proof.pairs, 0);
  const candidates = `${proofs.length} ${proofs.length === 1 ? "candidate" : "candidates"}`;
  const failed = trials.filter(({ share }) => share === undefined).length;
  const missed = trials.filter((trial) => trial.missed.length > 0).length;
  const all = searchMs + proofMs;
  const own = all === 0 ? Number.NaN : optimizerMs / all;
  const shares = trials.flatMap(({ share }) => (share === undefined ? [] : Math.min(2, share)));
  return [
    {
      ...plain(
        "Pairs of proof",
        String(pairs),
        pairs === 0 ? "no proof" : `in ${time(proofMs)}, ${candidates}`,
      ),
      values: gainsOf(proofs.at(-1)),
    },
    {
      ...plain(
        "Trials",
        String(trials.length),
        trials.length === 0 ? "no search" : `${missed} missed, ${failed} broke`,
      ),
      values: shares,
    },
    { ...plain("Time", time(durationMs), `${time(searchMs)} of search`), parts: [searchMs, proofMs] },
    {
      ...plain("Optimizer's own share", formatRatio(own), `${time(optimizerMs)} of arithmetic`),
      parts: [optimizerMs, Math.max(0, all - optimizerMs)],
    },
  ];
}

/** The leading metric of a proof, pair by pair. */
function gainsOf(proof: TuneProof | undefined): readonly number[] {
  return (proof?.comparison && leadingMetric(proof.comparison)?.perPair) ?? [];
}
