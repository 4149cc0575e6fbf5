import type { TuneResult } from "../../../measure/tuning.ts";
import { settingText, shareText } from "../../tuned-words.ts";
import { asTable, type Box, boxOf, legendKey } from "../charts/frame.ts";
import { type Html, html } from "../template.ts";
import { shareAxis } from "./share-axis.ts";
import { type Slice, sliceChart } from "./slice-chart.ts";

/** Of what is worse than so many times the default, and twice as bad as the best, only the way up is of interest. */
const mostShown = 1.5;

/** The objective along each parameter through the best configuration, all on one scale, in the order of the parameters. */
export function slices({ params, sensitivities, steps }: TuneResult): Html | false {
  const last = steps.at(-1);
  const best = last?.incumbent;
  const drawn = params.flatMap((param, i): Slice[] => {
    const points = sensitivities.find((one) => one.param === param.name)?.slice ?? [];
    return points.length === 0 ? [] : [{ id: `slice-${i}`, param, points, best: best?.[param.name] }];
  });
  if (drawn.length === 0) return false;
  const box: Box = { ...boxOf(366, 170), top: 12 };
  const shares = shareAxis(
    drawn.flatMap(({ points }) => points.flatMap(({ share }) => [share.estimate, share.low])),
    box,
    Math.max(mostShown, 2 * (last?.share.estimate ?? 0)),
  );
  const table = asTable(
    ["parameter", "value", "objective"],
    drawn.flatMap(({ param, points }) =>
      points.map(({ value, share }) => [param.name, settingText(param, value), shareText(share)]),
    ),
  );
  return html`<div class="title" style="margin-top:18px"><h3>Along each parameter</h3><span class="sub">as a share of the default's; the band is two standard deviations</span><span class="legend">${legendKey("var(--i0)", "estimate")}${legendKey("var(--b2)", "its interval", true)}${legendKey("var(--i1)", "best of the search")}${legendKey("var(--grey)", "default")}</span></div><div class="three">${drawn.map((slice) => sliceChart(slice, shares, box))}</div>${table}`;
}
