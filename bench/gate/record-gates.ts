import { appendFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { ownProgram } from "../../src/drive/twin/pair-bench.ts";
import { compareTwins } from "../../src/judge/compare/compare-twins.ts";
import { gateQuestion } from "../../src/judge/compare/question.ts";
import { readScenario } from "../../src/scenario/read-scenario.ts";

// Records real gates of equal variants: for each gate and scenario one line with its outcome and the worsening of each
// judged metric, pair by pair. `node .bench/bench/gate/record-gates.js --gates 200 --out FILE scenarios/a.yaml ...`
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    gates: { type: "string", default: "10" },
    from: { type: "string", default: "0" },
    budget: { type: "string", default: "60000" },
    out: { type: "string", default: "gates.ndjson" },
  },
});
const env = process.env;
const abort = new AbortController();
process.once("SIGINT", () => abort.abort());
process.once("SIGTERM", () => abort.abort());
const from = Number(values.from);

for (let gate = from; gate < from + Number(values.gates) && !abort.signal.aborted; gate++) {
  for (const file of positionals) {
    const scenario = await readScenario(file, { targetSchemas, env });
    const side = { scenario, program: ownProgram(process.cwd(), env), scenarioDir: dirname(resolve(file)) };
    const startedAt = new Date().toISOString();
    const compared = await compareTwins(side, side, {
      question: gateQuestion({}, positionals.length),
      budgetMs: Number(values.budget),
      usesWholeBudget: false,
      seed: gate * 1000 + 1,
      env,
      signal: abort.signal,
      onService: () => undefined,
      onPair: () => undefined,
    });
    if (compared.stoppedBy === "interrupted") break;
    const judged = compared.evaluations.filter((evaluation) => evaluation.judged);
    appendFileSync(
      values.out,
      `${JSON.stringify({
        gate,
        scenario: scenario.name,
        startedAt,
        tookMs: Math.round(compared.tookMs),
        pairs: compared.units.length,
        stoppedBy: compared.stoppedBy,
        ...(compared.failure ? { failure: compared.failure.error.message } : {}),
        pairMs: compared.units.map(({ tookMs }) => Math.round(tookMs)),
        metrics: judged.map(({ series, outcome }) => ({
          metric: series.metric,
          phase: series.phase,
          outcome,
          worse: series.worse.map((value) => Number(value.toPrecision(5))),
        })),
        // Shown, not judged: the median latency, for whoever replays another choice of metrics.
        p50: compared.evaluations
          .find(({ series }) => series.metric === "p50")
          ?.series.worse.map((value) => Number(value.toPrecision(5))),
      })}\n`,
    );
  }
}
