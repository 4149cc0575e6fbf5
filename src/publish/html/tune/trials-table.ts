import { formatDuration } from "../../../base/units.ts";
import { metricName } from "../../../measure/comparison-wording.ts";
import { formatMetric } from "../../../measure/format-metric.ts";
import type { TunedParam, TuneResult, TuneTrial } from "../../../measure/tuning.ts";
import { settingText } from "../../tuned-words.ts";
import { outcomeLooks } from "../icons.ts";
import { heading } from "../sections/heading.ts";
import { type Html, html } from "../template.ts";
import { shareName } from "./claim.ts";
import { multipleText } from "./share-axis.ts";
import { roleName } from "./trial-marks.ts";

/** Later ones are left to tuning.json: the size stays bounded. */
const mostRows = 500;

/** The journal of the search: every configuration, in order, folded away. */
export function trialsTable({ trials, params, objectiveTerms, stopped }: TuneResult): Html | false {
  if (trials.length === 0) return false;
  const shown = trials.slice(0, mostRows);
  const rest = trials.length - shown.length;
  const heads = [
    ...["Trial", "Block", "After", "Why"].map((text) => heading(text, text !== "Why")),
    heading("Share"),
    ...params.map((param) => heading(param.name)),
    html`<th>Figures</th>`,
  ];
  return html`<section class="card" id="trials"><div class="title"><h2>Trials</h2><span class="sub">${trials.length} ${trials.length === 1 ? "trial" : "trials"}; the search ended: ${stopped}. Shares are of ${shareName(objectiveTerms)}, as multiples of the default's, each from one short measurement.</span></div><details class="alt"><summary>Show all trials</summary><div class="scroll" tabindex="0"><table><thead><tr>${heads}</tr></thead><tbody>${shown.map((trial) => row(trial, params))}</tbody></table></div>${rest > 0 && html`<p class="sub">${rest} more are in tuning.json.</p>`}</details></section>`;
}

function row(trial: TuneTrial, params: readonly TunedParam[]): Html {
  const { block, atMs, role, config, share } = trial;
  const values = params.map((param) => {
    const value = config[param.name] ?? param.default;
    return html`<td class="r" data-v="${String(value)}">${settingText({}, value)}</td>`;
  });
  return html`<tr><td class="r" data-v="${trial.trial}">${trial.trial}</td><td class="r">${block}</td><td class="r" data-v="${atMs}">${formatDuration(atMs * 1000)}</td><td>${roleName(role)}</td><td class="r" data-v="${share ?? ""}">${share === undefined ? "–" : multipleText(share)}</td>${values}<td style="min-width:280px">${notes(trial)}<small>${figures(trial)}</small></td></tr>`;
}

/** What is wrong with it. */
function notes({ failure, missed }: TuneTrial): Html {
  const { icon } = outcomeLooks.fail;
  const pill = (text: string): Html => html`<span class="pill v-fail">${icon}${text}</span>`;
  return html`${failure !== undefined && html`${pill("did not work")}<small>${failure}</small>`}${missed.length > 0 && pill(`misses ${missed.join(", ")}`)}`;
}

function figures({ figures }: TuneTrial): string {
  return figures
    .map((figure) => `${metricName(figure)} ${formatMetric(figure.value, figure.unit)}`)
    .join(" · ");
}
