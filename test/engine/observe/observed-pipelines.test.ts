import { expect, onTestFinished, test } from "vitest";
import { createEngine } from "../../../src/engine/create-engine.ts";
import { createObservability } from "../../../src/engine/observe/create-observability.ts";
import { createPipelines } from "../../../src/engine/pipeline/pipelines.ts";
import { pipelineOf } from "../../support/pipelines.ts";

test("observed pipelines tell their runs and steps, and steps log which run they belong to", async () => {
  const lines: { readonly msg: string; readonly runId: string; readonly correlationId: string }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const observability = await createObservability({ log: { destination } });
  const { observer, log } = observability;
  const engine = await createEngine({ store: { kind: "memory" }, observer });
  onTestFinished(() => engine.close());
  const actions = {
    work: {
      run: async (_: unknown, { attempt }: { readonly attempt: number }) => {
        await new Promise((resolve) => setImmediate(resolve));
        log.info(`attempt ${attempt}`);
        if (attempt === 1) throw new Error("not yet");
      },
    },
  };
  const text = `
    name: checkout
    steps:
      - { id: pay, action: work, retry: { attempts: 2, delay: 1ms } }
      - { id: gift, action: work, if: event.data.gift }
  `;
  const pipelines = createPipelines({ pipelines: [pipelineOf(text, actions)], engine, observer });
  onTestFinished(() => pipelines.stop());
  observability.watch({ engine, resilience: pipelines.resilience, pipelines });
  await pipelines.start();
  const { runId } = await pipelines.run(
    "checkout",
    { gift: false },
    { stored: true, correlationId: "request-3" },
  );
  expect(lines).toMatchObject([
    { msg: "attempt 1", runId, correlationId: "request-3" },
    { msg: "attempt 2", runId, correlationId: "request-3" },
  ]);
  const metrics = await observability.registry.metrics();
  const step = 'pipeline="checkout",step="pay"';
  expect(metrics).toContain(`dyno_engine_pipeline_step_attempts_total{${step},outcome="failed"} 1`);
  expect(metrics).toContain(`dyno_engine_pipeline_step_attempts_total{${step},outcome="succeeded"} 1`);
  expect(metrics).toContain(`dyno_engine_pipeline_step_retries_total{${step}} 1`);
  expect(metrics).toContain('dyno_engine_pipeline_step_skips_total{pipeline="checkout",step="gift"} 1');
  expect(metrics).toContain(
    'dyno_engine_pipeline_runs_ended_total{pipeline="checkout",outcome="completed"} 1',
  );
  expect(metrics).toContain('dyno_engine_pipeline_active_runs{pipeline="checkout"} 0');
  expect(metrics).toContain(
    'dyno_engine_work_duration_seconds_count{kind="step",name="checkout/pay",outcome="ok"} 1',
  );
});
