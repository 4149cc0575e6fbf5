import { createRandom } from "../../src/base/random.ts";
import type { EntryCourse, EntryMetric, ListedFolder, RunEntry } from "../../src/measure/run-entry.ts";

/** What kind of list to make up. */
export interface SampleEntriesOptions {
  readonly runs?: number;
  /** Put into every text that a user can choose. */
  readonly text?: string;
}

const scenarios = ["publish-steady", "read-mix", "http-quickstart", "parse-hot-loop"];
const branches = ["main", "perf/batch-ack", "main", "fix/reconnect"];

/** Folders of runs, gates, comparisons and tunings, an hour apart, from seeded random figures; the last two are on another machine. */
export function sampleFolders({ runs = 24, text }: SampleEntriesOptions = {}): readonly ListedFolder[] {
  return Array.from({ length: runs }, (_, i) => {
    const at = new Date(Date.UTC(2026, 10, 24, 12) - i * 3_600_000);
    const entry = sampleEntry(i, { at, ...(text === undefined ? {} : { text }), isElsewhere: i >= runs - 2 });
    const stamp = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
    return { folder: `${stamp}-${text === undefined ? entry.scenario : "odd"}`, entries: [entry] };
  });
}

interface Place {
  readonly at: Date;
  readonly text?: string;
  readonly isElsewhere: boolean;
}

function sampleEntry(i: number, { at, text, isElsewhere }: Place): RunEntry {
  const random = createRandom(i + 1);
  const named = (name: string): string => text ?? name;
  const kind = i % 7 === 3 ? "gate" : i % 11 === 5 ? "ab" : i % 13 === 7 ? "tune" : "run";
  const outcomes = ["pass", "pass", "fail", "pass", "inconclusive", "pass", "invalid", "pass"] as const;
  const outcome = kind === "ab" ? "compared" : kind === "tune" ? "proven" : (outcomes[i % 8] ?? "pass");
  const alone = kind === "run";
  const cpu = isElsewhere ? "Intel(R) Xeon(R) Gold 6130" : "AMD EPYC 7763 64-Core Processor";
  return {
    kind,
    scenario: named(scenarios[i % 4] ?? ""),
    ...(alone ? {} : { variant: named("base: commit 1a2b3c4d5e → head: commit 9f2c4b71de") }),
    branch: named(branches[i % 4] ?? ""),
    revision: `${(0xa41f9c2000 + (i >> 3) * 4099).toString(16)}`,
    dirty: i % 9 === 8,
    startedAt: at.toISOString(),
    durationMs: 12_000 + i * 137,
    outcome,
    exitCode: outcome === "fail" ? 1 : 0,
    reason: named(
      outcome === "fail" ? "p99 in steady is 7.1 ms, and 5 ms is the limit." : "All 3 targets pass.",
    ),
    anchor: kind === "gate" ? "#s1" : "",
    mainPhase: "steady",
    metrics: sampleMetrics(random.next() * 0.2 + 1, alone),
    ...(alone ? { course: sampleCourse(i, (i % 2) * 12) } : {}),
    machine: { class: isElsewhere ? "0badc0de" : "5eedf00d", fields: { "CPU model": cpu, cores: "2" } },
    facts: [
      ["CPU", `${cpu} · 2 cores`],
      ["Memory", "8 GB · swap off"],
      ["OS", "Debian GNU/Linux 12 (bookworm)"],
      ["Node.js", i % 8 < 4 ? "v20.20.2 · V8 11.3" : "v20.20.1 · V8 11.3"],
      ["Services", named("redis 7.0.15, started by dyno, appendfsync everysec")],
    ],
  };
}

function sampleMetrics(factor: number, alone: boolean): readonly EntryMetric[] {
  const made: readonly (readonly [string, EntryMetric["unit"], number])[] = [
    ["throughput", "per_second", 9987.4],
    ["p50", "us", 412 * factor],
    ["p90", "us", 988 * factor],
    ["p99", "us", 2140 * factor],
    ["p99.9", "us", 6310 * factor],
    ["error_rate", "ratio", 0.00071],
    ["cpu_per_op", "us_per_op", 38.2 * factor],
  ];
  return made.map(([metric, unit, value]) => ({
    metric,
    phase: "steady",
    unit,
    value,
    ...(unit === "us" && alone ? { interval: [value * 0.98, value * 1.03] as const } : {}),
    ...(alone
      ? {}
      : {
          change: {
            change: `${factor > 1.1 ? "+" : "−"}${(factor * 4).toFixed(1)}\u202f%`,
            interval: "[−1.2, +9.3]",
          },
        }),
  }));
}

function sampleCourse(seed: number, cut: number): EntryCourse {
  const random = createRandom(seed + 99);
  const count = 48 - cut;
  const values = (size: number): number[] =>
    Array.from({ length: count }, (_, i) =>
      Number((size * (1 + 0.3 * random.next() + (i === 30 ? 2 : 0))).toPrecision(3)),
    );
  const p50: readonly (number | null)[] = values(412).map((value, i) => (i === 12 && cut > 0 ? null : value));
  return { fromMs: 2000, toMs: 2000 + count * 250, p50, p99: values(2140), throughput: values(9000) };
}
