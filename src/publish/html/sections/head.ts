import { formatCount, formatDuration } from "../../../base/units.ts";
import type { RunResult } from "../../../measure/result.ts";
import { outcomeLooks, verdictLook } from "../icons.ts";
import { type Html, html, trusted } from "../template.ts";

/** Verdict, title, what and when, and how many targets came to what. */
export function head(result: RunResult): Html {
  const look = outcomeLooks[result.outcome];
  const { scenario, environment } = result;
  const operations = result.trials.flatMap(({ phases }) => phases).filter(({ kind }) => kind === "measured");
  const count = operations.reduce((sum, { completed, failed }) => sum + completed + failed, 0);
  return html`<header class="head" id="top"><div class="badge ${look.className}">${look.icon}<span><b>${look.word}</b><small>exit code ${result.exitCode}</small></span></div>
<div class="grow"><h1>${scenario.target} · ${scenario.name}</h1><div class="meta">${environment.gitRevision !== undefined && html`<span>commit <b>${environment.gitRevision}${environment.gitDirty === true ? " + changes" : ""}</b></span>`}${environment.gitBranch !== undefined && html`<span>branch <b>${environment.gitBranch}</b></span>`}<span>${utc(result.startedAt)}</span><span>duration <b>${formatDuration(result.durationMs * 1000)}</b></span><span><b>${formatCount(count)}</b> operations</span>${result.trials.length > 1 && html`<span><b>${result.trials.length}</b> trials</span>`}</div></div>
${tally(result)}</header>`;
}

function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function tally({ verdicts }: RunResult): Html | false {
  if (verdicts.length === 0) return false;
  const looks = verdicts.map(verdictLook);
  const words = [
    ["v-fail", "failed"],
    ["v-doubt", "inconclusive"],
    ["v-none", "not measured"],
    ["v-pass", "passed"],
  ] as const;
  const counted = words
    .map(([className, word]) => ({
      className,
      word,
      count: looks.filter((look) => look.className === className).length,
    }))
    .filter(({ count }) => count > 0);
  return html`<div class="tally"><i aria-hidden="true">${counted.map(({ className, count }) => html`<s class="${className}" style="flex:${count}"></s>`)}</i>${counted.map(({ className, word, count }) => html`<span class="${className}"><b>${count}</b> ${word}</span>`)}</div>`;
}

/** The reason in one sentence, then what else must be known before the figures are believed. */
export function reason(result: RunResult): Html {
  const { className } = outcomeLooks[result.outcome];
  const [first = "", ...rest] = splitSentence(result.reason);
  const others = result.invalid.slice(1);
  const failures = result.trials.flatMap(({ trial, failure }) =>
    failure?.stderr ? [{ trial, stderr: failure.stderr }] : [],
  );
  return html`<section class="card reason ${className}"><p><b>${first}</b> ${rest.join(" ")}</p>${result.scenario.why !== "" && html`<p class="sub">${result.scenario.why}</p>`}${others.length > 0 && html`<ul>${others.map((text) => html`<li>${text}</li>`)}</ul>`}${result.warnings.length > 0 && html`<ul class="sub">${result.warnings.map((text) => html`<li>${text}</li>`)}</ul>`}${failures.map(({ trial, stderr }) => html`<p class="sub">Trial ${trial + 1} wrote:</p><pre>${stderr}</pre>`)}</section>`;
}

/** The first sentence, and the rest. A full stop inside a figure ends none. */
function splitSentence(text: string): string[] {
  const end = /[.:] (?=[A-Z])/.exec(text);
  return end === null ? [text] : [text.slice(0, end.index + 1), text.slice(end.index + 2)];
}

/** The bar that stays on top: sections, data, theme. */
export function bar(sections: readonly (readonly [string, string])[]): Html {
  return html`<nav class="bar"><div><b>dyno</b>${sections.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}<span></span>${trusted('<button type="button" data-do="json">Download JSON</button><button type="button" data-do="theme">Light / dark</button>')}</div></nav>`;
}
