import { DynoError } from "../../base/errors.ts";
import { findCycle } from "../../base/find-cycle.ts";
import { createReport, near, type Report } from "../../base/report.ts";
import { checkSchema } from "../../base/schema-problems.ts";
import { type Problem, readYaml, sortProblems } from "../../base/yaml.ts";
import { resolveBreakerSettings } from "./breaker-settings.ts";
import { breakerSettingsOf } from "./breaker-shape.ts";
import { declarationsOf, type ResilienceDeclarations } from "./declarations.ts";
import { type ResilienceFile, resilienceJsonSchema, resilienceSchema } from "./resilience-schema.ts";

/** Either breakers and policies, or what is wrong with them, sorted by place. */
export type CheckedResilience =
  | { readonly declarations: ResilienceDeclarations; readonly problems: readonly [] }
  | { readonly declarations?: never; readonly problems: readonly Problem[] };

/** Checks the text of a resilience file: its schema, names, circles, and settings that cannot be. `env` is for `${NAME}`. */
export function checkResilience(
  text: string,
  file: string,
  env: Readonly<Record<string, string | undefined>> = {},
): CheckedResilience {
  const yaml = readYaml(file, text, env);
  if (yaml.problems.length > 0) return { problems: sortProblems(yaml.problems) };
  const parsed = checkSchema(yaml, resilienceSchema, resilienceJsonSchema);
  if (parsed.problems !== undefined) return { problems: parsed.problems };
  const problems: Problem[] = [];
  const report = createReport(yaml, problems);
  checkDependencies(parsed.value, report);
  checkBreakers(parsed.value, report);
  checkPolicies(parsed.value, report);
  if (problems.length > 0) return { problems: sortProblems(problems) };
  return { declarations: declarationsOf(parsed.value), problems: [] };
}

function checkDependencies({ breakers }: ResilienceFile, report: Report): void {
  for (const [name, { dependsOn }] of Object.entries(breakers)) {
    for (const [i, dependency] of dependsOn.entries()) {
      if (Object.hasOwn(breakers, dependency)) continue;
      const path = ["breakers", name, "dependsOn", i];
      report({
        path,
        message: `there is no breaker ${dependency}`,
        ...near(dependency, Object.keys(breakers)),
      });
    }
  }
  const cycle = findCycle(Object.entries(breakers).map(([id, { dependsOn }]) => ({ id, needs: dependsOn })));
  const [first = "", second = ""] = cycle ?? [];
  if (cycle === undefined) return;
  const i = breakers[first]?.dependsOn.indexOf(second) ?? 0;
  report({
    path: ["breakers", first, "dependsOn", i],
    message: `these breakers depend on one another: ${cycle.join(" > ")}`,
    hint: "take one dependsOn out",
  });
}

function checkBreakers({ breakers }: ResilienceFile, report: Report): void {
  for (const [name, { dependsOn: _, ...given }] of Object.entries(breakers)) {
    try {
      resolveBreakerSettings(name, breakerSettingsOf(given));
    } catch (error) {
      if (!(error instanceof DynoError)) throw error;
      report({ path: ["breakers", name], part: "key", message: error.message });
    }
  }
}

function checkPolicies({ breakers, policies }: ResilienceFile, report: Report): void {
  for (const [name, { breaker, retry, retryBudget }] of Object.entries(policies)) {
    const path = ["policies", name];
    if (breaker !== undefined && !Object.hasOwn(breakers, breaker)) {
      const message = `there is no breaker ${breaker}`;
      report({ path: [...path, "breaker"], message, ...near(breaker, Object.keys(breakers)) });
    }
    if (retryBudget !== undefined && retry === undefined) {
      const message = "retryBudget means nothing here: the policy has no retry";
      report({ path: [...path, "retryBudget"], part: "key", message });
    }
  }
}
