import type { BlockOutput } from "../../drive/twin/blocks.ts";

/** With fewer, ranks cannot tell a change from chance. */
const fewestBlocks = 6;

/** Why blocks make no baseline, one line each; empty where they do. */
export function refusalOf({ blocks, invalid }: BlockOutput): readonly string[] {
  const few =
    blocks.length < fewestBlocks
      ? [
          `only ${blocks.length} blocks fit into the budget, and ${fewestBlocks} are needed; give it more, such as --budget ${enoughSeconds(blocks)}s`,
        ]
      : [];
  const wrong = blocks
    .flatMap(({ figures }) => figures.checks)
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => `the target's work was wrong: ${name} does not hold; ${detail}`);
  const idle = blocks.flatMap(({ block, figures }) =>
    figures.phases
      .filter(({ completed }) => completed === 0)
      .map(({ phase, errors: [error] }) => {
        const why = error === undefined ? "" : `; the first failure: ${error.kind}: ${error.sample}`;
        return `block ${block + 1} completed no operation in ${phase}${why}`;
      }),
  );
  return [...wrong, ...idle.slice(0, 1), ...invalid, ...few];
}

function enoughSeconds(blocks: BlockOutput["blocks"]): number {
  const tookMs = blocks.reduce((sum, block) => sum + block.tookMs, 0) / Math.max(1, blocks.length);
  return Math.max(1, Math.ceil((tookMs * (fewestBlocks + 2)) / 1000));
}
