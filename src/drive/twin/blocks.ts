import { dirname, resolve } from "node:path";
import type { BlockRecord } from "../../measure/pair.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { ProgressEvent } from "../progress.ts";
import { ownProgram } from "./pair-bench.ts";
import { openBlocks } from "./twins.ts";

/** How to measure blocks. */
export interface MeasureBlocksOptions {
  /** How long blocks may be measured; services are started before. At least one block is. */
  readonly budgetMs: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted: a DynoError `aborted`. */
  readonly signal: AbortSignal;
  /** Each block is told of as a trial. */
  readonly onEvent: (event: ProgressEvent) => void;
}

/** Blocks as they were measured. */
export interface BlockOutput {
  readonly blocks: readonly BlockRecord[];
  /** The services that were used, in words. */
  readonly services: readonly string[];
  /** Why they cannot be trusted; empty where they can. */
  readonly invalid: readonly string[];
}

/** Measures a scenario alone, one fresh process after the other, until the budget is used up. */
export async function measureBlocks(
  scenario: Scenario,
  { budgetMs, cwd, env, signal, onEvent }: MeasureBlocksOptions,
): Promise<BlockOutput> {
  const side = {
    scenario,
    program: ownProgram(cwd, env),
    scenarioDir: dirname(resolve(cwd, scenario.file)),
  };
  const source = await openBlocks(side, {
    seed: scenario.seed,
    env,
    signal,
    onService: (text) => onEvent({ type: "service", text }),
  });
  try {
    const startedMs = performance.now();
    const blocks: BlockRecord[] = [];
    for (;;) {
      blocks.push(await source.nextBlock());
      const elapsedMs = performance.now() - startedMs;
      const blockMs = elapsedMs / blocks.length;
      const more = Math.max(0, Math.floor((budgetMs - elapsedMs) / blockMs));
      onEvent({ type: "trial", trial: blocks.length - 1, of: blocks.length + more });
      if (more === 0) return { blocks, services: source.services, invalid: [] };
    }
  } finally {
    await source.close();
  }
}
