import { digestOf } from "../base/digest.ts";
import { shellWords } from "../base/shell-words.ts";
import { yamlLine } from "../base/yaml-line.ts";
import type { TunedConfig, TuneProof, TuneResult } from "../measure/tuning.ts";
import { tunedFileVersion } from "../scenario/tuned-file.ts";
import { environmentFacts } from "./environment-facts.ts";

/**
 * tuned.yaml: the settings to use, with what they were, what was proven of them and on what machine; `readTunedConfig` reads
 * it. Every parameter is set, also where it stays as it was, so that later changes of a scenario's defaults do not mix with it.
 */
export function renderTunedYaml(result: TuneResult): string {
  const { scenario, params, chosen, seed, command, startedAt, objective, environment } = result;
  const proof = result.outcome === "proven" ? result.proofs.at(-1) : undefined;
  const defaults = Object.fromEntries(params.map(({ name, default: was }) => [name, was]));
  const lines = [
    ...headOf(result, proof),
    yamlLine("schemaVersion", tunedFileVersion),
    "scenario:",
    ...indented([
      yamlLine("name", scenario.name),
      yamlLine("file", scenario.file),
      yamlLine("digest", digestOf(scenario.source)),
    ]),
    yamlLine("tunedAt", startedAt),
    yamlLine("objective", objective),
    "",
    ...settingsLines("settings", chosen, result),
    "",
    "# What the scenario had before.",
    ...settingsLines("was", defaults, result),
    "",
    ...(proof === undefined ? [] : [...proofLines(proof), ""]),
    yamlLine("seed", seed),
    yamlLine("command", command),
    "environment:",
    ...indented(environmentFacts(environment).map(([name, value]) => yamlLine(name, value))),
  ];
  return `${lines.join("\n")}\n`;
}

/** tuned.yaml of a scenario whose own settings hold again: it sets nothing. */
export function renderUntunedYaml(scenario: string): string {
  const lines = [
    comment(
      `${scenario} has its own settings again: there is nothing before the ones that were rolled back.`,
    ),
    yamlLine("schemaVersion", tunedFileVersion),
    "scenario:",
    ...indented([yamlLine("name", scenario)]),
    "settings: {}",
  ];
  return `${lines.join("\n")}\n`;
}

function headOf({ scenario, startedAt }: TuneResult, proof: TuneProof | undefined): string[] {
  const day = startedAt.slice(0, 10);
  const what =
    proof === undefined
      ? `Nothing better was proven for ${scenario.name} on ${day}: these are the scenario's own settings.`
      : `Settings that were tuned for ${scenario.name} and proven on ${day}. ${proof.sentence}`;
  return [
    comment(what),
    comment(
      `To use them: ${shellWords(["npx", "dyno", "run", scenario.file, "--config", "tuned.yaml"])} (ab and gate take it too).`,
    ),
    "",
  ];
}

function settingsLines(key: string, config: TunedConfig, { params, laidOn = {} }: TuneResult): string[] {
  const given = Object.entries(laidOn).map(
    ([path, value]) => `${yamlLine(path, value)} ${comment("as it was given when this was tuned")}`,
  );
  const lines = params.map((param) => {
    const value = config[param.name] ?? param.default;
    const note = key === "settings" ? noteOf(param, value) : "";
    return `${yamlLine(param.path, value)}${note === "" ? "" : ` ${comment(note)}`}`;
  });
  return [`${key}:`, ...indented([...(key === "settings" ? given : []), ...lines])];
}

function noteOf({ unit, default: was }: TuneResult["params"][number], value: unknown): string {
  const change = value === was ? "as it was" : `was ${was}`;
  return unit === "" ? change : `${unit}; ${change}`;
}

function proofLines({ sentence, share, confidence, pairs, targets }: TuneProof): string[] {
  return [
    "proof:",
    ...indented([
      yamlLine("claim", sentence),
      "# The objective as a share of what it was; what is claimed is `high`.",
      "share:",
      ...indented([
        yamlLine("estimate", share.estimate),
        yamlLine("low", share.low),
        yamlLine("high", share.high),
      ]),
      yamlLine("confidence", confidence),
      yamlLine("pairs", pairs),
      ...(targets.length === 0
        ? []
        : [
            "targets:",
            ...indented(
              targets.flatMap(({ text, outcome }) => [
                `- ${yamlLine("text", text)}`,
                `  ${yamlLine("outcome", outcome)}`,
              ]),
            ),
          ]),
    ]),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** One line, whatever is in the text. */
function comment(text: string): string {
  return `# ${text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim()}`;
}
