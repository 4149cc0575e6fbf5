import type { TunedConfig, TunedParam, TunedValue, TuneResult } from "../../../measure/tuning.ts";
import { changedParams, settingText } from "../../tuned-words.ts";
import { n1, numberText } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { paramAxis } from "./param-axis.ts";

/** The configuration that is shown beside the default, and what it is. */
interface Shown {
  readonly config: TunedConfig;
  readonly head: string;
  readonly note: string;
  readonly isProven: boolean;
}

/** Before and after: each parameter with its default, what was chosen, and where that lies in its range. */
export function configTable(result: TuneResult): Html | false {
  const { params, constraints } = result;
  if (params.length === 0) return false;
  const shown = shownConfig(result);
  const changed = changedParams(params, shown.config);
  const settings = changed.map(({ param, value }) => `${param.path}: ${JSON.stringify(value)}`).join("\n");
  const rows = params.map((param) => row(param, shown.config[param.name] ?? param.default, shown));
  return html`<section class="card" id="configuration"><div class="title"><h2>Configuration</h2><span class="sub">${shown.note}</span></div><div class="scroll" tabindex="0"><table class="stack"><thead><tr><th>Parameter</th><th class="r">Default</th><th class="r">${shown.head}</th><th class="r">Change</th><th>Unit</th><th class="bars">Range</th></tr></thead><tbody>${rows}</tbody></table></div>${constraints.length > 0 && html`<p class="sub">Required: ${constraints.map((text, i) => html`${i > 0 && ", "}<code>${text}</code>`)}</p>`}${shown.isProven && changed.length > 0 && html`<details><summary>The changed settings</summary><pre>${settings}</pre></details>`}</section>`;
}

/** What was chosen; where that is the default, what the search held for the best. */
function shownConfig({ params, chosen, outcome, proofs, steps }: TuneResult): Shown {
  if (outcome === "proven") {
    const count = changedParams(params, chosen).length;
    const note = `${count} of ${params.length} parameters change`;
    return { config: chosen, head: "Chosen", note, isProven: true };
  }
  const config = proofs[0]?.config ?? steps.at(-1)?.incumbent ?? chosen;
  const isSame = changedParams(params, config).length === 0;
  return {
    config,
    head: isSame ? "Chosen" : "Not proven",
    note: isSame
      ? "the default is kept"
      : "the default is kept; beside it what the search held for the best, which is not proven",
    isProven: false,
  };
}

function row(param: TunedParam, value: TunedValue, { isProven, head }: Shown): Html {
  const isChanged = value !== param.default;
  const { name, meaning, path, unit } = param;
  const plain = (one: TunedValue): string => settingText({}, one);
  const word = isChanged
    ? html`<b class="${isProven ? "v-model" : "v-none"}" style="color:var(--vc)">${changeOf(param, value)}</b>`
    : html`<span class="sub">same</span>`;
  const after = isChanged ? html`<b>${plain(value)}</b>` : plain(value);
  return html`<tr class="${isChanged ? "changed" : ""}"><td class="whole"><b>${name}</b><small>${meaning}</small><small><code>${path}</code></small></td><td class="r" data-label="Default">${plain(param.default)}</td><td class="r" data-label="${head}">${after}</td><td class="r" data-label="Change">${word}</td><td class="broad">${unit}</td><td class="line">${rangeBar(param, value, isProven)}<small>${rangeText(param)}</small></td></tr>`;
}

/** `× 25`, `÷ 4`; from and to 0 and between choices there is no factor. */
function changeOf({ default: before }: TunedParam, after: TunedValue): string {
  if (typeof before !== "number" || typeof after !== "number" || before * after <= 0) return "changed";
  const factor = after / before;
  return factor > 1 ? `× ${numberText(factor)}` : `÷ ${numberText(1 / factor)}`;
}

function rangeText({ values, min = 0, max = 0, scale, unit }: TunedParam): string {
  if (values !== undefined) return values.join(", ");
  const how = scale === "linear" ? "" : scale === "log" ? ", log scale" : ", log scale of 1 + the value";
  return `${settingText({}, min)} to ${settingText({ unit }, max)}${how}`;
}

/** The range with the default as a line and the other as a diamond. */
function rangeBar(param: TunedParam, value: TunedValue, isProven: boolean): Html {
  const width = 250;
  const { place } = paramAxis(param, 6, width - 6, 0);
  const [from, to] = [place(param.default), place(value)];
  const isChanged = value !== param.default;
  const way =
    isChanged &&
    html`<line x1="${n1(from)}" x2="${n1(to)}" y1="9" y2="9" stroke="var(--i1)" stroke-width="2.5"/>`;
  const slots = (param.values ?? []).map(
    (one) => html`<circle cx="${n1(place(one))}" cy="9" r="2.5" fill="var(--grey)"/>`,
  );
  const fill = isProven || !isChanged ? "var(--i0)" : "var(--card)";
  const sentence = isChanged
    ? `${param.name}: from ${settingText(param, param.default)} to ${settingText(param, value)}, within its range`
    : `${param.name} stays ${settingText(param, value)}, within its range`;
  return html`<svg viewBox="0 0 ${width} 18" role="img" aria-label="${sentence}"><rect y="5" width="${width}" height="8" rx="2" fill="var(--zone)"/>${slots}${way}<line x1="${n1(from)}" x2="${n1(from)}" y1="2" y2="16" stroke="var(--grey)" stroke-width="2"/><path d="M${n1(to - 5)},9l5,-5l5,5l-5,5z" fill="${fill}" stroke="var(--i0)" stroke-width="1.6"/></svg>`;
}
