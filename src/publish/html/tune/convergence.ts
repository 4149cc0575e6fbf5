import { area, curveStepAfter, line } from "d3-shape";
import { formatDuration } from "../../../base/units.ts";
import type { TuneProof, TuneResult, TuneStep } from "../../../measure/tuning.ts";
import { shareText } from "../../tuned-words.ts";
import {
  asTable,
  type Box,
  boxOf,
  drawing,
  inside,
  n1,
  type Scale,
  scrollable,
  seriesKey,
  someOf,
  timeLabels,
} from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { shareName } from "./claim.ts";
import { proofLooks } from "./looks.ts";
import { type SearchTime, searchScale } from "./search-time.ts";
import { multipleText, type ShareAxis, shareAxis } from "./share-axis.ts";
import { shownProof } from "./shown-proof.ts";
import { trialKeys, trialMark } from "./trial-marks.ts";

/** More trials than this are not drawn one by one. */
const mostTrials = 800;
/** Marks of more than these are smaller. */
const fewTrials = 150;

/** How the search went: each trial as a mark, what it held for the best as a line with its interval, and beside it the proof. */
export function convergence(result: TuneResult, time: SearchTime): Html | false {
  const { trials, steps, objectiveTerms } = result;
  if (trials.length === 0) return false;
  const proof = shownProof(result)?.proof;
  const box: Box = { ...boxOf(1164, 330), right: 1164 - (proof === undefined ? 64 : 158) };
  const x = searchScale(time, box);
  const axis = shareAxis(
    [
      ...trials.flatMap(({ share }) => share ?? []),
      ...steps.flatMap(({ share }) => [share.low, share.high]),
      ...(proof === undefined ? [] : [proof.share.low, proof.share.estimate]),
    ],
    box,
  );
  const title = "The search";
  const what = `${shareName(objectiveTerms)} as a share of the default's; less is better`;
  const description = `Each trial's ${what}, over the time of measuring; the line is what the search held for the best.`;
  const body = [
    html`${timeLabels(x, box)}`,
    axis.drawn,
    // Trials may lie on the ends of the axis.
    inside({ ...box, left: box.left - 6, right: box.right + 6 }, [
      band(steps, x, axis.y),
      html`${marks(time, x, axis, box)}`,
      course(steps, x, axis.y),
    ]),
    html`${endLabel(steps.at(-1), axis.y, box)}`,
    proof !== undefined && proofMark(proof, axis, box),
  ];
  const table = asTable(
    ["after", "best so far", "trust region"],
    someOf(steps).map(({ atMs, share, radius }) => [
      formatDuration(atMs * 1000),
      shareText(share),
      radius === undefined ? "–" : radius.toFixed(2),
    ]),
  );
  const legend = html`<span class="legend">${seriesKey("best", "var(--i0)", "best so far")}${seriesKey("interval", "var(--b2)", "its interval", true)}${trialKeys(trials)}</span>`;
  return html`<section class="card" id="search"><div class="title"><h2>${title}</h2><span class="sub">${what}. Biased, since the best was searched for: only the proof makes a claim.</span>${legend}</div>${scrollable(drawing(box, title, description, body, time), "wider")}${table}</section>`;
}

function band(steps: readonly TuneStep[], x: Scale, y: Scale): Html {
  const interval = area<TuneStep>(
    ({ atMs }) => x(atMs),
    ({ share }) => y(share.low),
    ({ share }) => y(share.high),
  ).curve(curveStepAfter);
  return html`<path data-s="interval" d="${interval.digits(1)([...steps]) ?? ""}" fill="var(--b2)" opacity=".75"/>`;
}

/** From the default on, as soon as it is known. */
function course(steps: readonly TuneStep[], x: Scale, y: Scale): Html {
  const points = [{ atMs: 0, share: { estimate: 1 } }, ...steps];
  const path = line<(typeof points)[number]>(
    ({ atMs }) => x(atMs),
    ({ share }) => y(share.estimate),
  ).curve(curveStepAfter);
  return html`<path data-s="best" d="${path.digits(1)(points) ?? ""}" fill="none" stroke="var(--i0)" stroke-width="2.2"/>`;
}

/** What did not work stands at the upper edge. */
function marks({ blocks }: SearchTime, x: Scale, { y, most }: ShareAxis, box: Box): Html[] {
  const drawn = someOf(
    blocks.flatMap(({ trials }) => trials),
    mostTrials,
  );
  const size = drawn.length > fewTrials ? 0.65 : 1;
  return drawn.map(({ trial, midMs }) => {
    const { share } = trial;
    if (share === undefined) return trialMark(trial, x(midMs), box.top - 9, size);
    const beyond =
      share > most &&
      html`<g data-s="${trial.role}" data-at="${n1(x(midMs))}"><path d="M${n1(x(midMs) - 4)},${n1(box.top - 7)}l4,-5l4,5" fill="none" stroke="var(--mute)"/></g>`;
    return html`${trialMark(trial, x(midMs), y(share), size)}${beyond}`;
  });
}

function endLabel(last: TuneStep | undefined, y: Scale, { right }: Box): Html | false {
  return (
    last !== undefined &&
    html`<g class="ends"><circle cx="${right}" cy="${n1(y(last.share.estimate))}" r="4" fill="var(--i0)"/><text class="strong" x="${right + 9}" y="${n1(y(last.share.estimate) + 4)}">${multipleText(last.share.estimate)}</text></g>`
  );
}

/** The share of the last proof apart from the search, at the same height. */
function proofMark({ share, outcome }: TuneProof, { y }: ShareAxis, box: Box): Html {
  const at = box.right + 86;
  const { className } = proofLooks[outcome];
  const [low, middle, high] = [share.low, share.estimate, share.high].map((value) => n1(y(value)));
  const fill = outcome === "proven" ? "var(--vc)" : "var(--card)";
  return html`<g class="${className}"><line class="ph" x1="${at - 22}" x2="${at - 22}" y1="${box.top}" y2="${box.bottom}"/><path d="M${at - 6},${high}h12M${at},${high}V${low}M${at - 6},${low}h12" stroke="var(--vc)" stroke-width="2" fill="none"/><path d="M${at},${middle}m-6,0l6,-6l6,6l-6,6z" fill="${fill}" stroke="var(--vc)" stroke-width="2"/><text class="strong" x="${at + 11}" y="${Number(middle) + 4}">${multipleText(share.estimate)}</text></g><text class="strong" x="${at}" y="${box.bottom + 17}" text-anchor="middle">proof</text>`;
}
