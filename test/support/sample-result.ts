import { createRandom } from "../../src/base/random.ts";
import { decideOutcome } from "../../src/judge/outcome.ts";
import { heatOf } from "../../src/measure/heat.ts";
import type { BreakerCondition, NetworkCourse } from "../../src/measure/network-course.ts";
import type {
  Interval,
  PhaseResult,
  RunResult,
  TimelineMark,
  TrialResult,
  Verdict,
} from "../../src/measure/result.ts";
import { createHistogram } from "../../src/stats/histogram.ts";

/** What kind of run to make up. */
export interface SampleOptions {
  readonly trials?: number;
  readonly seconds?: number;
  /** How long each row of the timeline is. */
  readonly intervalMs?: number;
  readonly errors?: boolean;
  /** Adds three breakers, of which the lowest opens from 3 to 6 s. */
  readonly network?: boolean;
  /** Adds three faults, of which the last could not be ended; during the first nothing is answered. */
  readonly faults?: boolean;
  readonly verdict?: Verdict["outcome"];
  /** Put into every text that a user can choose. */
  readonly text?: string;
}

const perSec = 500;

/** A result as a run would give it, from seeded random latencies. */
export function sampleResult({
  trials = 1,
  seconds = 8,
  intervalMs = 1000,
  errors = false,
  network = false,
  faults = false,
  verdict = "pass",
  text = "sample",
}: SampleOptions = {}): RunResult {
  const made = Array.from({ length: trials }, (_, trial) =>
    sampleTrial(trial, { seconds, intervalMs, errors, network, faults, text }),
  );
  const verdicts = [sampleVerdict(verdict, text), sampleVerdict("inconclusive", text)].slice(
    0,
    verdict === "pass" ? 1 : 2,
  );
  return {
    schemaVersion: 1,
    scenario: {
      name: text,
      why: `why: ${text}`,
      file: `${text}.yaml`,
      source: `name: ${text}\n`,
      target: "engine",
      seed: 1,
      repeat: trials,
      phases: [{ phase: "steady", summary: text }],
    },
    command: `npx dyno run ${text}`,
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: seconds * 1000,
    trials: made,
    ...decideOutcome({ trials: made, verdicts, invalid: [] }),
    verdicts,
    invalid: [],
    warnings: [text],
    environment: {
      dynoVersion: "0.1.0",
      node: "v20.20.2",
      v8: "11.3",
      os: "Debian",
      kernel: "linux",
      cpuModel: text,
      cores: 2,
      memoryBytes: 8e9,
      services: [text],
    },
  };
}

function sampleVerdict(outcome: Verdict["outcome"], text: string): Verdict {
  const measured = outcome === "fail" ? 7000 : 3000;
  return {
    outcome,
    rule: "p99 <= 5ms in steady",
    metricName: "p99",
    op: "<=",
    limit: 5000,
    unit: "us",
    phase: "steady",
    measured,
    interval: [measured - 200, measured + 300],
    marginRatio: (5000 - measured) / 5000,
    samples: 1000,
    ...(outcome === "inconclusive" ? { samplesNeeded: 4000 } : {}),
    sentence: `p99 of ${text}.`,
    line: 1,
    column: 1,
  };
}

const sampleFaults: readonly TimelineMark[] = [
  { atMs: 3000, untilMs: 6000, label: "redis-kill", fault: "redis-kill" },
  { atMs: 3500, untilMs: 6500, label: "network-latency 50 ms ± 10 ms", fault: "network-latency" },
  {
    atMs: 7000,
    label: "engine-kill",
    fault: "engine-kill",
    problem: "could not be ended: it will not start",
  },
];

/** `store` opens for 3 s; `orders` and `shop` above it are degraded meanwhile, and recover after it. */
function sampleNetwork(text: string): NetworkCourse {
  const turn = (breaker: string, state: BreakerCondition, atMs: number) => ({
    breaker,
    state,
    reason: text,
    atMs,
  });
  return {
    nodes: [
      { name: "store", dependsOn: [] },
      { name: text, dependsOn: ["store"] },
      { name: "shop", dependsOn: [text, "store"] },
    ],
    turns: [
      turn("store", "open", 3000),
      turn(text, "degraded", 3000),
      turn("shop", "degraded", 3000),
      turn("store", "half_open", 5990),
      turn("store", "closed", 6000),
      turn(text, "recovering", 6000),
      turn(text, "closed", 6300),
      turn("shop", "recovering", 6300),
      turn("shop", "closed", 6600),
    ],
  };
}

interface SampleTrial {
  readonly seconds: number;
  readonly intervalMs: number;
  readonly errors: boolean;
  readonly network: boolean;
  readonly faults: boolean;
  readonly text: string;
}

function sampleTrial(
  trial: number,
  { seconds, intervalMs, errors, network, faults, text }: SampleTrial,
): TrialResult {
  const random = createRandom(trial + 1);
  const total = createHistogram();
  const timeline: Interval[] = [];
  const perRow = (perSec * intervalMs) / 1000;
  for (let second = 0; second < seconds; second += intervalMs / 1000) {
    const one = createHistogram();
    for (let i = 0; i < perRow; i++) one.record(200 + 800 * random.exponential());
    total.add(one);
    const [p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0] = one.quantiles([0.5, 0.9, 0.99, 0.999, 1]);
    timeline.push({
      phase: second < seconds / 4 ? "warm-up" : "steady",
      kind: second < seconds / 4 ? "warmup" : "measured",
      atMs: second * 1000,
      lengthMs: intervalMs,
      offered: perRow,
      completed: faults && second >= 3 && second < 6 ? 0 : perRow,
      errors: errors && second >= seconds - 1 ? { ECONNRESET: 7 } : {},
      inFlight: 1,
      p50,
      p90,
      p99,
      p999,
      max,
      heat: heatOf(one),
      cpuCores: 0.5,
      outsideCpuCores: 0.2,
      rssBytes: 1e8 + second * 1e5,
      heapBytes: 5e7,
      loopLagMaxMicros: 900,
      loopLagP99Micros: 300,
      lagP99: 20,
      counters: { redis_used_memory_bytes: 1e6 * second, redis_commands_total: 1000 * second },
    });
  }
  return {
    trial,
    seed: trial + 1,
    startedAt: "2026-01-01T00:00:00.000Z",
    status: "completed",
    phases: [samplePhase(total.encode(), total.count, seconds, errors, text)],
    timeline,
    marks: [{ atMs: 3000, label: text }, ...(faults ? sampleFaults : [])],
    checks: [{ name: text, ok: true, detail: text }],
    ...(network ? { network: sampleNetwork(text) } : {}),
    warnings: [],
  };
}

function samplePhase(
  latencies: string,
  count: number,
  seconds: number,
  errors: boolean,
  text: string,
): PhaseResult {
  const empty = createHistogram().encode();
  return {
    phase: "steady",
    kind: "measured",
    loop: "open",
    shape: "constant-rate",
    startMs: 0,
    durationMs: seconds * 1000,
    asked: count,
    sent: count,
    sentInTime: count,
    completed: count,
    failed: errors ? 7 : 0,
    unanswered: 0,
    errors: errors ? [{ kind: "ECONNRESET", count: 7, sample: text, firstAtMs: 1 }] : [],
    response: latencies,
    service: latencies,
    lag: latencies,
    failures: empty,
    cpuMicros: 1e6,
    outsideCpuMicros: 2e5,
    spun: true,
    rssPeakBytes: 1e8,
    hiccups: { count: 1000, p50Micros: 60, p99Micros: 200, maxMicros: 2000, lostRatio: 0.001 },
    stealMs: 0,
  };
}
