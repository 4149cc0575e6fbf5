import { type Gauge, Registry } from "prom-client";
import type { TunedParam, TunedValue, TuneResult } from "../measure/tuning.ts";
import { gaugesOf, setState } from "./prometheus-gauges.ts";

type SettingLabel = "scenario" | "setting";

interface TuneMetrics {
  readonly registry: Registry;
  readonly status: Gauge<"scenario" | "status">;
  readonly claim: Gauge<"scenario">;
  readonly ratio: Gauge<"scenario">;
  readonly ratioInterval: Gauge<"scenario" | "bound">;
  readonly setting: Gauge<SettingLabel>;
  readonly settingDefault: Gauge<SettingLabel>;
  readonly settingInfo: Gauge<SettingLabel | "value">;
  readonly trials: Gauge<"scenario">;
  readonly pairs: Gauge<"scenario">;
  readonly spent: Gauge<"scenario" | "stage">;
  readonly lastCompletion: Gauge<"scenario">;
  readonly buildInfo: Gauge<"version" | "node_version">;
}

/**
 * metrics.prom of a tuning: what may be claimed, the settings to use, and what it took, by scenario. Numbers are in the
 * unit of their parameter; choices are told by a label.
 */
export function renderTuneMetrics(result: TuneResult): Promise<string> {
  const metrics = createMetrics();
  const { params, chosen, spent, trials, proofs, outcome, environment } = result;
  const labels = { scenario: result.scenario.name };
  setState(metrics.status, labels, "status", outcomes, outcome);
  addClaim(metrics, labels, result);
  for (const param of params) addSetting(metrics, labels, param, chosen[param.name] ?? param.default);
  metrics.trials.set(labels, trials.length);
  metrics.pairs.set(
    labels,
    proofs.reduce((sum, { pairs }) => sum + pairs, 0),
  );
  metrics.spent.set({ ...labels, stage: "search" }, spent.searchMs / 1000);
  metrics.spent.set({ ...labels, stage: "proof" }, spent.proofMs / 1000);
  metrics.spent.set({ ...labels, stage: "optimizer" }, spent.optimizerMs / 1000);
  metrics.lastCompletion.set(labels, (Date.parse(result.startedAt) + result.durationMs) / 1000);
  metrics.buildInfo.set({ version: environment.dynoVersion, node_version: environment.node }, 1);
  return metrics.registry.metrics();
}

const outcomes = ["proven", "kept", "invalid", "setup_failed", "interrupted"] as const;

/** Of the last candidate; what is not proven may not be claimed, whatever its interval says. */
function addClaim(
  metrics: TuneMetrics,
  labels: { readonly scenario: string },
  { proofs, outcome }: TuneResult,
): void {
  const proof = proofs.at(-1);
  const claim = outcome === "proven" && proof !== undefined ? 1 - proof.share.high : 0;
  // 1 - 0.77 is not quite 0.23.
  metrics.claim.set(labels, Number(claim.toPrecision(12)));
  if (proof === undefined) return;
  const { estimate, low, high } = proof.share;
  // An end that is open is infinite, and null in a file.
  if (Number.isFinite(estimate)) metrics.ratio.set(labels, estimate);
  if (Number.isFinite(low)) metrics.ratioInterval.set({ ...labels, bound: "low" }, low);
  if (Number.isFinite(high)) metrics.ratioInterval.set({ ...labels, bound: "high" }, high);
}

function addSetting(
  metrics: TuneMetrics,
  of: { readonly scenario: string },
  { name, default: before }: TunedParam,
  value: TunedValue,
): void {
  const labels = { ...of, setting: name };
  if (typeof value === "number") metrics.setting.set(labels, value);
  else metrics.settingInfo.set({ ...labels, value: String(value) }, 1);
  if (typeof before === "number") metrics.settingDefault.set(labels, before);
}

function createMetrics(): TuneMetrics {
  const registry = new Registry();
  const gauge = gaugesOf(registry);
  const setting = ["scenario", "setting"] as const;
  return {
    registry,
    status: gauge("dyno_tune_status", "1 for what the tuning came to, 0 for the others.", [
      "scenario",
      "status",
    ]),
    claim: gauge(
      "dyno_tune_claim_ratio",
      "By which share the objective is smaller at least, as proven; 0 where nothing is.",
      ["scenario"],
    ),
    ratio: gauge(
      "dyno_tune_objective_ratio",
      "The last candidate's objective by the default's, in the proof.",
      ["scenario"],
    ),
    ratioInterval: gauge("dyno_tune_objective_interval_ratio", "Interval of dyno_tune_objective_ratio.", [
      "scenario",
      "bound",
    ]),
    setting: gauge("dyno_tune_setting", "The number to use for a setting, in its own unit.", setting),
    settingDefault: gauge("dyno_tune_setting_default", "The number that a setting had before.", setting),
    settingInfo: gauge(
      "dyno_tune_setting_info",
      "Always 1; the label tells the choice to use for a setting.",
      [...setting, "value"],
    ),
    trials: gauge("dyno_tune_trials", "Configurations that the search measured, each time counted.", [
      "scenario",
    ]),
    pairs: gauge("dyno_tune_proof_pairs", "Pairs that were measured as proof.", ["scenario"]),
    spent: gauge(
      "dyno_tune_spent_seconds",
      "Time spent, by stage; optimizer is the search's own arithmetic.",
      ["scenario", "stage"],
    ),
    lastCompletion: gauge("dyno_tune_last_completion_timestamp_seconds", "When the tuning was over.", [
      "scenario",
    ]),
    buildInfo: gauge("dyno_build_info", "Always 1; the labels tell the versions.", [
      "version",
      "node_version",
    ]),
  };
}
