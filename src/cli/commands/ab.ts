import { dirname, resolve } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import { shellWords } from "../../base/shell-words.ts";
import type { Prepare } from "../../drive/revisions/prepare-plan.ts";
import { targetSchemas } from "../../drive/target-schemas.ts";
import { ownProgram, refuseFaults } from "../../drive/twin/pair-bench.ts";
import { makeComparisonResult } from "../../judge/compare/comparison-result.ts";
import { abQuestion } from "../../judge/compare/question.ts";
import type { Comparison } from "../../measure/comparison.ts";
import { readEnvironment } from "../../measure/environment.ts";
import { parseOverride } from "../../scenario/overrides.ts";
import { readScenario } from "../../scenario/read-scenario.ts";
import type { Scenario, Variant } from "../../scenario/scenario.ts";
import { compareScenario, type NamedSide } from "../compare-scenario.ts";
import { configFlag, readConfig, readConfigured } from "../configured-scenario.ts";
import { findScenario } from "../find-scenario.ts";
import { compareMembers } from "../gate-plan.ts";
import { type Io, interruptedBy } from "../io.ts";
import { refuseRunningServer } from "../refuse-running-server.ts";
import { type Checkout, describeRevision, openSides, type SideWish } from "../revision-sides.ts";
import { writeComparison } from "../write-comparison.ts";

/** The options of `dyno ab`, as the command line gives them. */
export interface AbOptions {
  /** Settings (`key=value`) or a git revision for each variant. */
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly c: readonly string[];
  readonly d: readonly string[];
  /** Settings of all variants. */
  readonly set: readonly string[];
  /** A tuned.yaml whose settings all variants have, beneath `set`. */
  readonly config?: string;
  readonly budget?: number;
  /** Shell commands that make checkouts ready, in place of those that are found. */
  readonly install?: string;
  readonly build?: string;
  readonly seed?: number;
  readonly out: string;
  readonly json?: boolean;
  readonly progress: boolean;
}

const standardBudgetMs = 60_000;

/** `dyno ab`: measures variants of a scenario in turn, each against the first, and says which is faster and how sure that is. */
export async function ab(name: string, options: AbOptions, io: Io): Promise<number> {
  const startedAt = new Date(systemClock.epochMs());
  const file = findScenario(name, io.cwd);
  const config = await readConfig(options.config, io);
  const scenario = await readConfigured(file, config, options.set, io);
  refuseFaults(scenario);
  const wishes = wishesOf(options, scenario.variants, file);
  const seed = options.seed ?? scenario.seed;
  const budgetMs = options.budget ?? scenario.gate.budgetMs ?? standardBudgetMs;
  const comparisons: Comparison[] = [];
  const services: string[] = [];
  const shared = [...(config?.overrides ?? []), ...options.set];
  const wanted: (SideWish & { readonly scenario: Scenario })[] = [];
  for (const wish of wishes) {
    const overrides = [...shared, ...wish.overrides];
    const read = await readScenario(file, { targetSchemas, env: io.env, overrides, isVariant: true });
    if (wish.ref !== undefined) refuseRunningServer(read);
    wanted.push({ ...wish, scenario: read });
  }
  const opened = await openSides(wishes, prepareOf(options), io);
  try {
    const dir = dirname(resolve(io.cwd, file));
    const sides = wanted.map(({ name: variant, overrides, scenario: read }, i): NamedSide => {
      const checkout = opened.sides[i];
      return {
        scenario: read,
        program: checkout?.program ?? ownProgram(io.cwd, io.env),
        scenarioDir: checkout?.folderOf(dir) ?? dir,
        info: { name: variant, description: describe(overrides, checkout) },
      };
    });
    const [base, ...candidates] = sides;
    if (base === undefined) throw new DynoError("internal", "there is no variant");
    const compared = await compareMembers(candidates, io.signal, (candidate) =>
      compareScenario(
        base,
        candidate,
        {
          title: `${scenario.name} ${candidate.info.name}/${base.info.name}`,
          question: abQuestion(scenario.gate.margins, candidates.length),
          budgetMs: budgetMs / candidates.length,
          seed,
          progress: options.progress,
        },
        io,
      ),
    );
    comparisons.push(...compared.map(({ comparison }) => comparison));
    services.push(...compared.flatMap((member) => member.services));
  } finally {
    await opened.close();
  }
  const result = makeComparisonResult({
    kind: "ab",
    name: scenario.name,
    command: commandOf(name, options),
    startedAt,
    durationMs: systemClock.epochMs() - startedAt.getTime(),
    comparisons,
    environment: await readEnvironment(io.cwd, [...new Set(services)]),
    warnings: opened.warnings,
    inconclusive: "pass",
    ...interruptedBy(io.signal),
  });
  return writeComparison(result, { ...options, stem: `${scenario.name}-ab` }, io);
}

function prepareOf({ install, build }: AbOptions): Prepare {
  return { ...(install === undefined ? {} : { install }), ...(build === undefined ? {} : { build }) };
}

/** The variants of the command line, else those of the file. */
function wishesOf(options: AbOptions, variants: readonly Variant[], file: string): SideWish[] {
  const given = (["a", "b", "c", "d"] as const).flatMap((letter) =>
    options[letter].length === 0 ? [] : [wishOf(letter, options[letter])],
  );
  const wishes = given.length > 0 ? given : variants;
  if (wishes.length >= 2) return [...wishes];
  if (given.length === 1) {
    throw new DynoError(
      "usage",
      "two variants are needed: --a and --b, each with settings (--a target.payload=1kB) or a revision (--a main)",
    );
  }
  throw new DynoError(
    "usage",
    `${file} has ${variants.length === 0 ? "no variants" : "only one variant"}; name two there (variants: { a: {...}, b: {...} }), or here: --a target.payload=1kB --b target.payload=4kB, or --a main --b HEAD`,
  );
}

function wishOf(letter: string, values: readonly string[]): SideWish {
  const settings = values.filter((value) => value.includes("="));
  const revisions = values.filter((value) => !value.includes("="));
  if (revisions.length > 1)
    throw new DynoError("usage", `--${letter} names two revisions: ${revisions.join(" and ")}`);
  const [ref] = revisions;
  return {
    name: letter,
    overrides: settings.map((setting) => parseOverride(setting, `--${letter}`)),
    ...(ref === undefined ? {} : { ref }),
  };
}

function describe(overrides: SideWish["overrides"], checkout: Checkout | undefined): string {
  const settings = overrides.map(
    ({ path, value }) => `${path.join(".")}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const parts = [...(checkout ? [describeRevision(checkout.revision)] : []), ...settings];
  return parts.length === 0 ? "as the file says" : parts.join(", ");
}

function commandOf(name: string, options: AbOptions): string {
  const flags = (["a", "b", "c", "d", "set"] as const).flatMap((flag) =>
    options[flag].flatMap((value) => [`--${flag}`, value]),
  );
  const prepared = (["install", "build"] as const).flatMap((flag) => {
    const command = options[flag];
    return command === undefined ? [] : [`--${flag}`, command];
  });
  const budget = options.budget === undefined ? [] : ["--budget", `${options.budget / 1000}s`];
  const seed = options.seed === undefined ? [] : ["--seed", String(options.seed)];
  return shellWords([
    "npx",
    "dyno",
    "ab",
    name,
    ...configFlag(options.config),
    ...flags,
    ...prepared,
    ...budget,
    ...seed,
  ]);
}
