import { scaleLinear } from "d3-scale";
import type { TunedConfig, TuneResult, TuneSensitivity } from "../../../measure/tuning.ts";
import { shareChange, stepText } from "../../tuned-words.ts";
import { n1 } from "../charts/frame.ts";
import { diamond, gridLines, type PercentAxis, percentLabels, whisker } from "../charts/percent-axis.ts";
import { type Html, html } from "../template.ts";
import { shareName } from "./claim.ts";
import { slices } from "./slices.ts";

/** What each parameter does to the objective at the best configuration, by the model of the search: the greatest effect first. */
export function sensitivity(result: TuneResult): Html | false {
  const { sensitivities, objectiveTerms } = result;
  if (sensitivities.length === 0) return false;
  const best = result.steps.at(-1)?.incumbent;
  const sorted = sensitivities.toSorted((a, b) => effectOf(b) - effectOf(a));
  const axis = axisOf(sorted);
  const name = shareName(objectiveTerms);
  return html`<section class="card" id="sensitivity"><div class="title"><h2>What matters</h2><span class="sub">${name} by a step of one parameter from the best of the search, by its model: biased, since it was searched for</span></div><div class="forest"><div class="row top"><span></span><span class="ends"><span>← ${name} lower</span><span>higher →</span></span><span></span></div>${sorted.map((one) => row(one, best, axis))}<div class="row axis"><span></span>${percentLabels(axis, true)}<span></span></div></div>${slices(result)}</section>`;
}

function effectOf({ matters, factor }: TuneSensitivity): number {
  const size = Math.abs(Math.log(factor.estimate));
  return matters ? 1 + size : size / (1 + size);
}

function percentOf(factor: number): number {
  return (factor - 1) * 100;
}

function row(one: TuneSensitivity, best: TunedConfig | undefined, axis: PercentAxis): Html {
  const { param, factor, matters } = one;
  const { change, interval } = shareChange(factor);
  const step = stepText(one, best);
  const sentence = `${param}: ${matters ? `${change} ${step}` : `no effect that is sure, ${step}`}, interval ${interval}`;
  const [from, middle, to] = [factor.low, factor.estimate, factor.high].map((end) =>
    axis.place(percentOf(end)),
  );
  const drawn =
    from !== undefined &&
    middle !== undefined &&
    to !== undefined &&
    html`${whisker(from, to)}${bar(axis.place(0), middle)}${diamond(middle, !matters)}`;
  return html`<div class="row"><span><b>${param}</b><small>${step}</small></span><svg class="plot ${matters ? "v-model" : "v-none"}" role="img" aria-label="${sentence}"><title>${sentence}</title>${gridLines(axis)}${drawn}</svg><span class="r"><b>${matters ? change : "no effect"}</b><small>${matters ? interval : `${change} ${interval}`}</small></span></div>`;
}

/** From nothing to the estimate. */
function bar(zero: number, at: number): Html {
  const [left, right] = zero < at ? [zero, at] : [at, zero];
  return html`<rect x="${n1(left)}%" width="${n1(right - left)}%" y="38%" height="24%" fill="var(--vc)" opacity=".25"/>`;
}

/** Wide enough for all estimates and what is sure of the intervals; one that does more than half again as much ends in an arrow. */
function axisOf(all: readonly TuneSensitivity[]): PercentAxis {
  const ends = all.flatMap(({ factor }) => [factor.low, factor.estimate, factor.high]).map(percentOf);
  const known = ends.filter(Number.isFinite);
  const low = Math.max(-100, Math.min(-1, ...known));
  const high = Math.min(50, Math.max(1, ...known));
  const scale = scaleLinear([low, high], [0, 100]).nice(4);
  return { place: (percent) => Math.min(120, Math.max(-20, scale(percent))), ticks: scale.ticks(4) };
}
