import type { TuneResult } from "../../../measure/tuning.ts";
import { type Html, html } from "../template.ts";
import { targetLooks } from "./looks.ts";
import { shownProof } from "./shown-proof.ts";

/** What a configuration had to meet: how that fared in the proof, and how often it was missed in the search. */
export function tuneTargets(result: TuneResult): Html | false {
  const { subjectTo, trials } = result;
  if (subjectTo.length === 0) return false;
  const shown = shownProof(result);
  const known = shown?.proof.targets ?? [];
  const measured = trials.filter(({ share }) => share !== undefined).length;
  const rows = subjectTo.map((text) => {
    const target = known.find((one) => one.text === text);
    const look = targetLooks[target?.outcome ?? "untested"];
    const missed = trials.filter((trial) => trial.missed.includes(text)).length;
    return html`<tr class="${look.className === "v-fail" ? "v-fail" : ""}"><td><span class="pill ${look.className}">${look.icon}${look.word}</span></td><td class="whole"><code>${text}</code></td><td class="line">${target?.sentence ?? "There was no proof that it was held against."}</td><td class="r" data-label="Missed in the search">${missed} of ${measured}</td></tr>`;
  });
  return html`<section class="card" id="targets"><div class="title"><h2>Targets</h2><span class="sub">what a configuration must meet to be recommended, held against the pairs of the proof${shown !== undefined && shown.which !== "" && ` of ${shown.which}`}</span></div><div class="scroll" tabindex="0"><table class="stack"><thead><tr><th>Verdict</th><th>Target</th><th>In the proof</th><th class="r">Missed in the search</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}
