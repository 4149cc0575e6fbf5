import { basename, extname } from "node:path";
import type { YamlFile } from "../base/yaml.ts";
import { buildFault } from "./fault-schema.ts";
import { overridesOf } from "./overrides.ts";
import type { ReadLoad } from "./read-study.ts";
import type { Scenario, StudySpec, TargetRule, WarmupSpec } from "./scenario.ts";
import type { ScenarioInput } from "./schema.ts";

/** The scenario that a file describes, without what may be tuned. `rules` are its targets and `load` its load, parsed. */
export function buildScenario(
  input: ScenarioInput,
  yaml: YamlFile,
  rules: readonly TargetRule[],
  { load, study }: ReadLoad,
): Omit<Scenario, "tuning"> {
  const { kind, ...settings } = input.target;
  const totalMs = load.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return {
    file: yaml.file,
    source: mask(yaml.text, yaml.secrets),
    name: input.name ?? basename(yaml.file, extname(yaml.file)),
    why: input.why.trim(),
    target: { kind: String(kind), settings },
    warmup: warmupOf(input.warmup, study),
    load,
    ...(study === undefined ? {} : { study }),
    faults: input.faults.map(buildFault),
    targets: rules,
    repeat: input.repeat,
    seed: input.seed,
    intervalMs: input.interval ?? standardIntervalMs(totalMs, input.faults.length > 0),
    variants: Object.entries(input.variants).map(([name, settings]) => ({
      name,
      overrides: overridesOf(name, settings),
    })),
    gate: {
      margins: input.gate.margins,
      ...(input.gate.budget === undefined ? {} : { budgetMs: input.gate.budget }),
    },
  };
}

const warmupDefault: WarmupSpec = { minMs: 1000, maxMs: 5000 };
/** A study warms up for each of its levels or rounds. */
const studyWarmupDefault: WarmupSpec = { minMs: 500, maxMs: 1500 };

function warmupOf(warmup: ScenarioInput["warmup"], study: StudySpec | undefined): WarmupSpec {
  if (warmup === undefined) return study === undefined ? warmupDefault : studyWarmupDefault;
  if (warmup === "none") return { minMs: 0, maxMs: 0 };
  return typeof warmup === "number"
    ? { minMs: warmup, maxMs: warmup }
    : { minMs: warmup.min, maxMs: warmup.max };
}

/** Finer where faults are to be seen, and where the load is short. */
function standardIntervalMs(totalMs: number, hasFaults: boolean): number {
  if (hasFaults) return totalMs > 60_000 ? 250 : 100;
  return totalMs > 30_000 ? 1000 : 250;
}

/** The file's text for a report: secrets and the passwords of URLs are masked. */
function mask(text: string, secrets: readonly string[]): string {
  const masked = secrets.reduce((all, secret) => all.replaceAll(secret, "***"), text);
  return masked.replaceAll(/(\/\/[^:@/\s]*):[^@/\s]+@/g, "$1:***@");
}
