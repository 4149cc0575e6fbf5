import { formatMetric } from "../../../measure/format-metric.ts";
import type { Verdict } from "../../../measure/result.ts";
import { metricTitle } from "../../metric-title.ts";
import { n1 } from "../charts/frame.ts";
import { verdictLook } from "../icons.ts";
import { type Html, html } from "../template.ts";

const ofWholeRun: ReadonlySet<string> = new Set(["lost", "duplicates", "recovery"]);
const signs: Readonly<Record<Verdict["op"], string>> = {
  "<": "<",
  "<=": "≤",
  "==": "=",
  ">": ">",
  ">=": "≥",
};
const order: Readonly<Record<string, number>> = { "v-fail": 0, "v-doubt": 1, "v-none": 2, "v-pass": 3 };

/** The table of targets, failures first. */
export function targets(
  { verdicts }: { readonly verdicts: readonly Verdict[] },
  id = "targets",
): Html | false {
  if (verdicts.length === 0) return false;
  const sorted = verdicts.toSorted(
    (a, b) => (order[verdictLook(a).className] ?? 0) - (order[verdictLook(b).className] ?? 0),
  );
  return html`<section class="card" id="${id}"><div class="title"><h2>Targets</h2><span class="sub">Failures first. The diamond is the measured value, the bar through it its 95 % interval, the shaded side is out of bounds.</span></div>
<div class="scroll" tabindex="0"><table class="stack"><thead><tr><th>Verdict</th><th>Target</th><th class="r">Limit</th><th class="r">Measured</th><th style="min-width:230px">Position</th><th class="r">Margin</th></tr></thead><tbody>${sorted.map(row)}</tbody></table></div></section>`;
}

function row(verdict: Verdict): Html {
  const look = verdictLook(verdict);
  const { measured, interval, unit } = verdict;
  const range =
    interval && `95 % CI ${formatMetric(interval[0], unit)} to ${formatMetric(interval[1], unit)}`;
  const needed =
    verdict.samplesNeeded !== undefined && `${verdict.samples} of ${verdict.samplesNeeded} samples needed`;
  const note = measured === undefined ? "no samples" : needed || range;
  const title = metricTitle(verdict.metricName);
  const all = ofWholeRun.has(verdict.metricName) ? "the whole run" : "all measured phases";
  const where = verdict.phase === undefined ? all : `phase ${verdict.phase}`;
  return html`<tr class="${look.className}"><td><span class="pill ${look.className}">${look.icon}${look.word}</span></td><td class="most"><b>${title}</b><small>${where}</small></td><td class="r" data-label="Limit">${signs[verdict.op]} ${formatMetric(verdict.limit, unit)}</td><td class="r" data-label="Measured"><b>${measured === undefined ? "–" : formatMetric(measured, unit)}</b>${note && html`<small>${note}</small>`}</td><td class="line">${positionBar(verdict)}</td><td class="r" data-label="Margin">${margin(verdict)}</td></tr>`;
}

/** `64 %` of the limit left, or beyond it; as a multiple where that reads better. */
function margin({ marginRatio, op }: Verdict): Html | string {
  // What must be exactly so has no margin.
  if (marginRatio === undefined || op === "==") return "–";
  if (marginRatio > 1 && op.startsWith(">")) return `${(marginRatio + 1).toPrecision(3)} ×`;
  const percent = marginRatio * 100;
  const text = `${percent < 0 ? "−" : ""}${Math.abs(percent).toFixed(Math.abs(percent) < 10 ? 1 : 0)} %`;
  return marginRatio < 0 ? html`<b style="color:var(--red)">${text}</b>` : text;
}

/** The measured value on a scale around its limit: from zero to twice the limit, values beyond at the end. */
function positionBar(verdict: Verdict): Html {
  const { measured, interval, limit, op, sentence } = verdict;
  const width = 230;
  const limitX = width / 2;
  // An availability lies so close to all that only what fails shows: none of it at the right end.
  const placeOf = (value: number): number => {
    if (verdict.metricName === "availability" && limit < 1)
      return width - ((1 - value) / (1 - limit)) * limitX;
    return limit > 0 ? (value / limit) * limitX : value > 0 ? width : limitX;
  };
  const x = (value: number): number => Math.min(width - 4, Math.max(4, placeOf(value)));
  const { className } = verdictLook(verdict);
  if (measured === undefined) {
    return html`<svg viewBox="0 0 ${width} 18" role="img" aria-label="${sentence}"><rect y="5" width="${width}" height="8" rx="2" fill="var(--zone)" stroke="var(--line)" stroke-dasharray="3 3"/></svg>`;
  }
  const badFrom = op.startsWith(">") ? 0 : limitX;
  const at = x(measured);
  const ci =
    interval &&
    html`<line x1="${n1(x(interval[0]))}" x2="${n1(x(interval[1]))}" y1="9" y2="9" stroke="var(--grey)" stroke-width="2.5"/>`;
  return html`<svg viewBox="0 0 ${width} 18" role="img" aria-label="${sentence}"><rect y="5" width="${width}" height="8" rx="2" fill="var(--zone)"/><rect x="${badFrom}" y="5" width="${width / 2}" height="8" rx="2" fill="var(--redsoft)"/><line x1="${limitX}" x2="${limitX}" y1="2" y2="16" stroke="var(--red)" stroke-width="2"/>${ci}<path class="${className}" d="M${n1(at - 5)},9l5,-5l5,5l-5,5z" fill="var(--vc)"/></svg>`;
}
