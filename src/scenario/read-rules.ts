import type { Report } from "../base/report.ts";
import type { Path, YamlFile } from "../base/yaml.ts";
import type { TargetRule } from "./scenario.ts";
import { type ParsedRule, parseTargetRule } from "./target-rule.ts";
import type { TextProblem } from "./text-problem.ts";

/** What more may be wrong with a rule. */
export type CheckRule = (rule: ParsedRule) => Pick<TextProblem, "message" | "hint"> | undefined;

/**
 * Parses a list of target rules that stands at `at` in a file, and gives those that nothing is wrong with. `phases` are the
 * names that may stand behind `in`.
 */
export function readRules(
  texts: readonly string[],
  { at, phases, yaml }: { readonly at: Path; readonly phases: readonly string[]; readonly yaml: YamlFile },
  report: Report,
  check: CheckRule = () => undefined,
): readonly TargetRule[] {
  return texts.flatMap((text, i) => {
    const path: Path = [...at, i];
    const rule = parseTargetRule(text, phases);
    if ("message" in rule) {
      const { offset, length, ...what } = rule;
      report({ ...what, path, inText: { offset, length } });
      return [];
    }
    const problem = check(rule);
    if (problem !== undefined) {
      report({ ...problem, path });
      return [];
    }
    const { line, column } = yaml.locate(path);
    return [{ ...rule, line, column }];
  });
}
