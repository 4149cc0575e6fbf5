import { formatCount, formatDuration } from "../../../base/units.ts";
import type { Environment, RunResult } from "../../../measure/result.ts";
import { type Look, outcomeLooks, verdictLook } from "../icons.ts";
import { type Html, html, trusted } from "../template.ts";

/** How many of something came to what. */
export interface Tallied {
  readonly className: Look["className"];
  readonly word: string;
  readonly count: number;
}

/** What the head of a report says. */
export interface HeadContent {
  readonly look: Look;
  readonly exitCode: number;
  readonly title: string;
  readonly environment: Environment;
  readonly startedAt: string;
  readonly durationMs: number;
  /** Further facts for the line below the title. */
  readonly facts: readonly Html[];
  readonly tally: readonly Tallied[];
}

/** Verdict, title, what and when, and how many came to what. */
export function headOf({ look, exitCode, title, environment, tally, ...when }: HeadContent): Html {
  const { gitRevision, gitBranch, gitDirty } = environment;
  return html`<header class="head" id="top"><div class="badge ${look.className}">${look.icon}<span><b>${look.word}</b><small>exit code ${exitCode}</small></span></div>
<div class="grow"><h1>${title}</h1><div class="meta">${gitRevision !== undefined && html`<span>commit <b>${gitRevision}${gitDirty === true ? " + changes" : ""}</b></span>`}${gitBranch !== undefined && html`<span>branch <b>${gitBranch}</b></span>`}<span>${utc(when.startedAt)}</span><span>duration <b>${formatDuration(when.durationMs * 1000)}</b></span>${when.facts}</div></div>
${tallyBar(tally)}</header>`;
}

/** The head of a run's report: its tally is of targets. */
export function head(result: RunResult): Html {
  const operations = result.trials.flatMap(({ phases }) => phases).filter(({ kind }) => kind === "measured");
  const count = operations.reduce((sum, { completed, failed }) => sum + completed + failed, 0);
  return headOf({
    ...result,
    look: outcomeLooks[result.outcome],
    title: `${result.scenario.target} · ${result.scenario.name}`,
    facts: [
      html`<span><b>${formatCount(count)}</b> operations</span>`,
      html`${result.trials.length > 1 && html`<span><b>${result.trials.length}</b> trials</span>`}`,
    ],
    tally: tallyOf(result.verdicts.map(verdictLook)),
  });
}

function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

const tallyWords = [
  ["v-fail", "failed"],
  ["v-doubt", "inconclusive"],
  ["v-none", "not measured"],
  ["v-pass", "passed"],
] as const;

/** Counts looks, failures first. */
export function tallyOf(looks: readonly Pick<Look, "className">[]): readonly Tallied[] {
  return tallyWords.map(([className, word]) => ({
    className,
    word,
    count: looks.filter((look) => look.className === className).length,
  }));
}

/** How many came to what, as a bar and in words; nothing where nothing was counted. */
export function tallyBar(tally: readonly Tallied[]): Html | false {
  const counted = tally.filter(({ count }) => count > 0);
  if (counted.length === 0) return false;
  return html`<div class="tally"><i aria-hidden="true">${counted.map(({ className, count }) => html`<s class="${className}" style="flex:${count}"></s>`)}</i>${counted.map(({ className, word, count }) => html`<span class="${className}"><b>${count}</b> ${word}</span>`)}</div>`;
}

/** What the strip below the head says. */
export interface ReasonContent {
  readonly look: Look;
  readonly reason: string;
  readonly why: string;
  /** Why the figures cannot be trusted, beyond the reason. */
  readonly invalid: readonly string[];
  readonly warnings: readonly string[];
  readonly more?: readonly Html[];
  /** What is said large, above the reason. */
  readonly claim?: Html | undefined;
}

/** The reason in one sentence, then what else must be known before the figures are believed. */
export function reasonOf({ look, reason, why, invalid, warnings, more = [], claim }: ReasonContent): Html {
  const [first = "", ...rest] = splitSentence(reason);
  return html`<section class="card reason ${look.className}">${claim}<p><b>${first}</b> ${rest.join(" ")}</p>${why !== "" && html`<p class="sub">${why}</p>`}${invalid.length > 0 && html`<ul>${invalid.map((text) => html`<li>${text}</li>`)}</ul>`}${warnings.length > 0 && html`<ul class="sub">${warnings.map((text) => html`<li>${text}</li>`)}</ul>`}${more}</section>`;
}

/** The reason strip of a run, with what its failed trials wrote. */
export function reason(result: RunResult): Html {
  return reasonOf({
    ...result,
    look: outcomeLooks[result.outcome],
    why: result.scenario.why,
    invalid: result.invalid.slice(1),
    more: result.trials.map(
      ({ trial, failure }) =>
        html`${failure?.stderr && html`<p class="sub">Trial ${trial + 1} wrote:</p><pre>${failure.stderr}</pre>`}`,
    ),
  });
}

/** The first sentence, and the rest. A full stop inside a figure ends none. */
function splitSentence(text: string): string[] {
  const end = /[.:] (?=[A-Z])/.exec(text);
  return end === null ? [text] : [text.slice(0, end.index + 1), text.slice(end.index + 2)];
}

/** The bar that stays on top: sections, zoom, data, theme. */
export function bar(
  sections: readonly (readonly [string, string])[],
  { hasCsv = false }: { readonly hasCsv?: boolean } = {},
): Html {
  const csv = hasCsv ? '<button type="button" data-do="csv">Download CSV</button>' : "";
  const buttons = `<button type="button" data-do="reset" hidden>Reset zoom</button><button type="button" data-do="json">Download JSON</button>${csv}<button type="button" data-do="theme">Light / dark</button>`;
  return html`<nav class="bar"><div><b>dyno</b>${sections.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}<span></span>${trusted(buttons)}</div></nav>`;
}
