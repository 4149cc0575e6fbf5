import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { TuneProof, TuneResult } from "../../../measure/tuning.ts";
import { shareText } from "../../tuned-words.ts";
import { asTable, type Box, boxOf, drawing, legendKey, n1, type Scale, scrollable } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { changeOf, shareName } from "./claim.ts";
import { proofLooks } from "./looks.ts";
import { shareAxis } from "./share-axis.ts";
import type { ShownProof } from "./shown-proof.ts";

type TuneLook = TuneProof["looks"][number];

/** How the proof grew: at each look the share with its interval, whose upper end is what may be claimed. */
export function claimLadder({ objectiveTerms }: TuneResult, { proof, which }: ShownProof): Html {
  const { looks, outcome } = proof;
  const box = { ...boxOf(566, 270), right: 552 };
  const axis = shareAxis(
    looks.flatMap(({ share }) => [share.low, share.high]),
    box,
  );
  const most = Math.max(...looks.map(({ pairs }) => pairs));
  const x = scaleLinear([0, most * 1.08], [box.left, box.right]);
  const upper = line<TuneLook>(
    ({ pairs }) => x(pairs),
    ({ share }) => axis.y(share.high),
  );
  const claimText = ({ share }: TuneLook): string => {
    if (share.high >= 1) return "nothing";
    const { atLeast, direction } = changeOf(objectiveTerms, share.high);
    return `at least ${atLeast} ${direction}`;
  };
  const last = looks.at(-1);
  const claimLabel =
    outcome === "proven" &&
    last !== undefined &&
    html`<text class="strong" x="${n1(x(last.pairs) + 11)}" y="${n1(axis.y(last.share.high) - 9)}" text-anchor="end">claim: ${claimText(last)}</text>`;
  const body = [
    axis.drawn,
    pairLabels(looks, x, box),
    html`<path d="${upper.digits(1)([...looks]) ?? ""}" fill="none" stroke="var(--i0)" stroke-width="1.6" stroke-dasharray="2 3"/>`,
    html`<g class="${proofLooks[outcome].className}">${looks.map((look, i) => rung(look, x(look.pairs), axis.y, i === looks.length - 1))}${claimLabel}</g>`,
  ];
  const table = asTable(
    ["pairs", "change", "could be claimed"],
    looks.map((look) => [String(look.pairs), shareText(look.share), claimText(look)]),
  );
  const description = `${shareName(objectiveTerms)} of the candidate as a share of the default's, at each look at the pairs. The upper end of the interval is what may be claimed.`;
  return html`<section class="card"><div class="title"><h2>The claim, look by look</h2><span class="sub">${which !== "" && `${which}, `}share of the default's, by pairs</span><span class="legend">${legendKey("var(--i2)", "share and its interval")}${legendKey("var(--i0)", "the upper end: what may be claimed")}</span></div>${scrollable(drawing(box, "The claim, look by look", description, body))}${table}</section>`;
}

/** A look; the last one is the result, in the colour of what it came to. */
function rung({ pairs, share }: TuneLook, at: number, y: Scale, isLast: boolean): Html {
  const [low, middle, high] = [share.low, share.estimate, share.high].map((value) => n1(y(value)));
  const [x, colour] = [n1(at), isLast ? "var(--vc)" : "var(--i1)"];
  const cap = isLast ? 11 : 7;
  return html`<g><title>${pairs} pairs: ${shareText(share)}</title><path d="M${x},${low}V${high}" stroke="${isLast ? colour : "var(--i2)"}" stroke-width="${isLast ? 2.5 : 2}" fill="none"/><path d="M${n1(at - cap)},${high}h${2 * cap}" stroke="${isLast ? colour : "var(--i0)"}" stroke-width="3" fill="none"/><circle cx="${x}" cy="${middle}" r="${isLast ? 5 : 3.5}" fill="${colour}"/></g>`;
}

function pairLabels(looks: readonly TuneLook[], x: Scale, box: Box): Html {
  const kept: number[] = [];
  for (const { pairs } of looks.toReversed()) {
    if (kept.every((other) => Math.abs(x(other) - x(pairs)) >= 24)) kept.push(pairs);
  }
  return html`${kept.map((pairs) => html`<text x="${n1(x(pairs))}" y="${box.bottom + 17}" text-anchor="middle">${pairs === kept[0] ? `${pairs} pairs` : pairs}</text>`)}`;
}
