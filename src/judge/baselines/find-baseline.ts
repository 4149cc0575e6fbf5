import { basename } from "node:path";
import { DynoError } from "../../base/errors.ts";
import { differencesOf, type Fingerprint, fingerprintOf } from "../../measure/fingerprint.ts";
import type { Environment } from "../../measure/result.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Baseline } from "./baseline.ts";
import { fileNamePart } from "./baseline-file.ts";
import { type ListedBaseline, listBaselines, scenarioIn } from "./baseline-folder.ts";
import { changeOfMeaning, meaningOf } from "./scenario-meaning.ts";

/** What there is to compare a scenario with on this machine; `message` says in one sentence what is wrong and what to do. */
export type FoundBaseline =
  | { readonly kind: "found"; readonly file: string; readonly baseline: Baseline }
  | { readonly kind: "none"; readonly message: string }
  /** There are some of other machines: no proof here. This is the nearest, and what tells the two machines apart. */
  | {
      readonly kind: "other class";
      readonly file: string;
      readonly baseline: Baseline;
      readonly differences: readonly string[];
      readonly message: string;
    };

/**
 * Looks for the baseline of a scenario on this class of machine; the services that the scenario uses belong to the
 * environment. Throws a DynoError `usage` where there is one that cannot be used: a broken file, one of another
 * scenario, or of the same with another load or other settings of its target. `dir` is what messages call the folder.
 */
export async function findBaseline(
  path: string,
  scenario: Scenario,
  environment: Environment,
  dir = path,
): Promise<FoundBaseline> {
  const here = fingerprintOf(environment);
  const own = (await listBaselines(path, dir)).filter(
    ({ file }) => scenarioIn(file) === fileNamePart(scenario.name),
  );
  const named = own.find(({ file }) => basename(file).endsWith(`.${here.class}.json`));
  if (named?.problem !== undefined) throw new DynoError("usage", named.problem);
  const sound = own.filter((one) => one.baseline !== undefined);
  const same = sound.find(({ baseline }) => baseline.fingerprint.class === here.class);
  if (same !== undefined) {
    checkMeaning(same, scenario);
    return { kind: "found", ...same };
  }
  return nearestOf(sound, here, scenario) ?? none(own, scenario, dir);
}

type Sound = Extract<ListedBaseline, { readonly baseline: Baseline }>;

function checkMeaning({ file, baseline }: Sound, scenario: Scenario): void {
  const save = `dyno baseline save ${scenario.name}`;
  if (baseline.scenario.name !== scenario.name) {
    throw new DynoError(
      "usage",
      `${file}: the baseline is of the scenario ${baseline.scenario.name}, not of ${scenario.name}; record this one's own (${save})`,
    );
  }
  const change = changeOfMeaning(baseline.scenario, meaningOf(scenario));
  if (change === undefined) return;
  throw new DynoError(
    "usage",
    `${file}: the scenario ${scenario.name} does not mean what it did when this baseline was recorded: ${change}; record it again (${save})`,
  );
}

function nearestOf(
  sound: readonly Sound[],
  here: Fingerprint,
  scenario: Scenario,
): FoundBaseline | undefined {
  const [nearest] = sound
    .map((one) => ({ ...one, differences: differencesOf(one.baseline.fingerprint, here) }))
    .toSorted((a, b) => a.differences.length - b.differences.length);
  if (nearest === undefined) return undefined;
  const { file, baseline, differences } = nearest;
  const message = `${file} was recorded on another machine, so it proves nothing here (${differences.join("; ")}). ${insteadOf(baseline, scenario)}`;
  return { kind: "other class", file, baseline, differences, message };
}

/** What does prove something: the base revision measured here, or a baseline of this machine's own. */
function insteadOf({ environment }: Baseline, { name }: Scenario): string {
  const save = `dyno baseline save ${name}`;
  const { gitRevision, gitDirty } = environment;
  if (gitRevision === undefined) return `Record this machine's own: ${save}`;
  const changes =
    gitDirty === true ? " (it was recorded with changes besides, which that commit does not hold)" : "";
  return `Measure its revision here: dyno gate --base ${gitRevision}${changes}; or record this machine's own: ${save}`;
}

function none(own: readonly ListedBaseline[], { name }: Scenario, dir: string): FoundBaseline {
  const unusable = own.find(({ problem }) => problem !== undefined)?.problem;
  const besides = unusable === undefined ? "" : ` that can be used (${unusable})`;
  return {
    kind: "none",
    message: `there is no baseline of ${name} in ${dir}${besides}; record one: dyno baseline save ${name}`,
  };
}
