import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import type { Actions } from "../../../src/engine/pipeline/action.ts";
import { createPipelines } from "../../../src/engine/pipeline/pipelines.ts";
import type { PipelineResult } from "../../../src/engine/pipeline/run-host.ts";
import { createOutlivingStore } from "../../support/mortal-engine.ts";
import { createRunTime, pipelineOf } from "../../support/pipelines.ts";

interface RandomStep {
  /** Earlier steps that it needs, as bits. */
  readonly needs: number;
  /** Attempts that fail before one succeeds. */
  readonly failures: number;
  readonly isPure: boolean;
  readonly turns: number;
}

const step = fc.record({
  needs: fc.nat(),
  failures: fc.nat(3),
  isPure: fc.boolean(),
  turns: fc.nat(3),
});

const graph = fc.array(step, { minLength: 1, maxLength: 12 });

function needsOf({ needs }: RandomStep, index: number): string[] {
  return Array.from({ length: index }, (_, i) => i)
    .filter((i) => ((needs >> i) & 1) === 1)
    .map((i) => `s${i}`);
}

function pipelineText(steps: readonly RandomStep[]): string {
  const lines = steps.map((given, i) => {
    const { isPure } = given;
    const retry = "retry: { attempts: 4, delay: 10ms }";
    return `  - { id: s${i}, action: work, needs: [${needsOf(given, i)}], pure: ${isPure}, ${retry}, with: { at: ${i} } }`;
  });
  // In the file the last comes first: the order of the file must not matter.
  return ["name: p", "on: go", "steps:", ...lines.toReversed(), ""].join("\n");
}

test("steps of a random graph end once each, in an order that their needs allow, whatever fails and whoever is killed", async () => {
  await fc.assert(
    fc.asyncProperty(
      graph,
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
      async (steps, kills) => {
        const time = createRunTime();
        const store = createOutlivingStore(() => time.clock.epochMs());
        const ended: string[] = [];
        const failed = new Map<number, number>();
        await store.begin().engine.publish({ topic: "go", data: null });
        for (const killAfter of [...kills, undefined]) {
          const life = store.begin(killAfter);
          const work = async ({ at }: { at: number }): Promise<null> => {
            const given = steps[at];
            if (given === undefined) throw new Error(`no step ${at}`);
            for (const need of needsOf(given, at)) {
              if (!ended.includes(need)) throw new Error(`s${at} began before ${need} had ended`);
            }
            for (let i = 0; i < given.turns; i++) await new Promise((resolve) => setImmediate(resolve));
            if (life.isDead()) return new Promise(() => undefined);
            const times = failed.get(at) ?? 0;
            if (times < given.failures) {
              failed.set(at, times + 1);
              throw new Error("not yet");
            }
            ended.push(`s${at}`);
            return null;
          };
          const actions: Actions = { work: { run: work } };
          let onEnd: (result: PipelineResult) => void = () => undefined;
          const end = new Promise<PipelineResult>((resolve) => {
            onEnd = resolve;
          });
          const { clock, timers } = time;
          const parts = { engine: life.engine, clock, timers, random: createRandom(1), onEnd };
          const pipelines = createPipelines({
            pipelines: [pipelineOf(pipelineText(steps), actions)],
            ...parts,
          });
          await pipelines.start();
          const result = await time.passUntil(Promise.race([end, life.died]));
          const doneBefore = store
            .records()
            .filter(({ topic }) => topic === "$run.p.step.succeeded")
            .map(({ data }) => (data as { step: string }).step);
          // What the records call done was done once, and never will be again.
          for (const id of doneBefore) expect(doneBefore.filter((other) => other === id)).toEqual([id]);
          if (result === undefined || life.isDead()) continue;
          expect(result.status).toBe("completed");
          expect(doneBefore.toSorted()).toEqual(steps.map((_, i) => `s${i}`).toSorted());
          if (kills.length === 0) expect(ended.toSorted()).toEqual(doneBefore.toSorted());
          return;
        }
      },
    ),
    { numRuns: 150, seed: 20_261_124 },
  );
}, 60_000);
