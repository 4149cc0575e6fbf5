import { DynoError } from "../../base/errors.ts";
import type { TwinOptions, TwinSide } from "../../drive/twin/pair-bench.ts";
import { openBlocks } from "../../drive/twin/twins.ts";
import { type Compared, type MeasureOptions, measureUntilKnown } from "./measure-until-known.ts";
import { collectBlocks } from "./metric-series.ts";
import type { ArmMetric } from "./pair-metrics.ts";

/** The blocks that were recorded, by the services that are used now. Rejects where there are none that prove anything here. */
export type FindRecorded = (services: readonly string[]) => Promise<readonly (readonly ArmMetric[])[]>;

/**
 * Compares a variant with blocks that were recorded earlier on this machine. The machine of then and the one of now are
 * taken for the same, which is right only as far as nothing but the variant has changed.
 */
export async function compareWithBaseline(
  findRecorded: FindRecorded,
  candidate: TwinSide,
  options: TwinOptions & MeasureOptions,
): Promise<Compared> {
  const source = await openBlocks(candidate, options);
  try {
    const { services } = source;
    const blocks = collectBlocks(await findRecorded(services));
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
    const compared = await measureUntilKnown({ next, series: blocks.all, services }, options);
    return { ...compared, warnings: source.warnings() };
  } finally {
    await source.close();
  }
}
