import { z } from "zod";
import { checkSchema } from "../base/schema-problems.ts";
import { durationMs } from "../base/unit-schema.ts";
import { type Problem, readYaml } from "../base/yaml.ts";
import type { Margins } from "./scenario.ts";
import { marginsSchema } from "./schema.ts";

/** A list of scenarios that a gate runs, and how. */
export interface Suite {
  readonly file: string;
  readonly why: string;
  /** Files, named from the suite's folder, or names of scenarios. */
  readonly scenarios: readonly string[];
  /** How long each scenario may be measured. */
  readonly budgetMs?: number;
  /** For all scenarios; a scenario's own come first. */
  readonly margins: Margins;
  readonly inconclusive?: "pass" | "fail";
  /** Shell commands that make a fresh checkout ready; left out, they are found from its files; empty, nothing is done. */
  readonly prepare: { readonly install?: string; readonly build?: string };
}

const suiteSchema = z
  .strictObject({
    why: z.string().min(1).describe("What this suite guards, in a sentence or two."),
    scenarios: z
      .array(z.string().min(1))
      .min(1)
      .describe("Scenario files, named from this file's folder, or names of scenarios there."),
    budget: durationMs().optional().describe("How long each scenario may be measured. Default: 60s."),
    margins: marginsSchema.default({}),
    inconclusive: z
      .enum(["pass", "fail"])
      .optional()
      .describe("What becomes of a gate that could not decide. Default: pass, with a warning."),
    prepare: z
      .strictObject({
        install: z.string().optional().describe("Default: by the lock file, such as `npm ci`."),
        build: z.string().optional().describe("Default: `npm run build` where there is such a script."),
      })
      .default({})
      .describe("Shell commands that make a fresh checkout of a revision ready. Empty: nothing is done."),
  })
  .describe("A suite of scenarios for `dyno gate`.");

/** Whether a YAML text is a suite, and not a scenario: it lists scenarios. */
export function isSuite(text: string): boolean {
  return /^scenarios:/m.test(text);
}

/** Checks the text of a suite; gives it, or what is wrong with it, sorted by place. */
export function checkSuite(
  text: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
):
  | { readonly suite: Suite; readonly problems?: never }
  | { readonly suite?: never; readonly problems: readonly Problem[] } {
  const yaml = readYaml(file, text, env);
  if (yaml.problems.length > 0) return { problems: yaml.problems };
  const checked = checkSchema(yaml, suiteSchema, () => z.toJSONSchema(suiteSchema, { io: "input" }));
  if (checked.problems !== undefined) return { problems: checked.problems };
  const { why, scenarios, budget, margins, inconclusive, prepare } = checked.value;
  return {
    suite: {
      file,
      why: why.trim(),
      scenarios,
      margins,
      ...(budget === undefined ? {} : { budgetMs: budget }),
      ...(inconclusive === undefined ? {} : { inconclusive }),
      prepare: {
        ...(prepare.install === undefined ? {} : { install: prepare.install }),
        ...(prepare.build === undefined ? {} : { build: prepare.build }),
      },
    },
  };
}
