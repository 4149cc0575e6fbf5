import { DynoError } from "../../base/errors.ts";
import { openBlocks, type TwinOptions, type TwinSide } from "../../drive/twin/twins.ts";
import { type Compared, type MeasureOptions, measureUntilKnown } from "./measure-until-known.ts";
import { collectBlocks } from "./metric-series.ts";
import type { ArmMetric } from "./pair-metrics.ts";

/**
 * Compares a variant with blocks that were recorded earlier on this machine. The machine of then and the one of now are
 * taken for the same, which is right only as far as nothing but the variant has changed.
 */
export async function compareWithBaseline(
  recorded: readonly (readonly ArmMetric[])[],
  candidate: TwinSide,
  options: TwinOptions & MeasureOptions,
): Promise<Compared> {
  const source = await openBlocks(candidate, options);
  const blocks = collectBlocks(recorded);
  const { services } = source;
  const next = async () => {
    try {
      const { tookMs, figures } = await source.nextBlock();
      blocks.add(figures);
      return { unit: { tookMs, candidate: figures } };
    } catch (error) {
      if (!(error instanceof DynoError) || error.code === "aborted") throw error;
      return { broken: "candidate" as const, error };
    }
  };
  try {
    return await measureUntilKnown({ next, series: blocks.all, services }, options);
  } finally {
    await source.close();
  }
}
