import type { Report } from "../base/report.ts";
import type { Path, Problem, YamlFile } from "../base/yaml.ts";
import type { Accepts } from "./param-units.ts";
import type { Scenario } from "./scenario.ts";
import type { ScenarioInput, TargetKnobs } from "./schema.ts";

/** What is known when a scenario's tuning is read: the scenario itself is right. */
export interface TuningSources {
  readonly scenario: Scenario;
  readonly yaml: YamlFile;
  /** The file's values with the overrides in them. */
  readonly written: unknown;
  /** What the schema made of `written`. */
  readonly input: ScenarioInput;
  /** Of the scenario's kind of target. */
  readonly knobs: TargetKnobs | undefined;
  readonly accepts: Accepts;
  /** Everything that is wrong with the scenario where one setting has another value. Throws as an override does. */
  problemsWith(path: Path, value: unknown): readonly Problem[];
  readonly report: Report;
}
