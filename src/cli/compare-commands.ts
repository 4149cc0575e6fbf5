import { type Command, Option } from "commander";
import { budgetMs, marginSetting } from "./compare-options.ts";
import type { Io } from "./io.ts";

/** Adds the commands that compare: `ab` and `gate`. */
export function addCompareCommands(program: Command, io: Io, { done, collect, seed }: CommandTools): void {
  const common = (command: Command): Command =>
    command
      .option("--config <file>", "the settings of a tuned.yaml, for every variant; --set goes before them")
      .option("--set <key=value>", "change a setting of every variant (repeatable)", collect, [])
      .addOption(
        new Option("--budget <duration>", "how long to measure, for each scenario (default: 60s)").argParser(
          budgetMs,
        ),
      )
      .option("--install <command>", "installs a checkout (default: by its lock file); empty: nothing does")
      .option("--build <command>", "builds a checkout (default: npm run build where there is such a script)")
      .option("--seed <n>", "seed of every random choice", seed)
      .option("--out <dir>", "folder that receives the report's folder", "reports")
      .option("--report-dir <dir>", "the report's folder itself")
      .option("--json", "print the result as JSON on stdout, and nothing else there")
      .option("--no-progress", "no live view and no progress lines");
  common(
    program
      .command("ab")
      .description(
        "measure variants of a scenario in turn, and say which is faster, by how much, and how sure",
      )
      .argument("<scenario>", "a YAML file, or the name of one in scenarios/")
      .option("--a <setting|ref>", "the base: key=value settings (repeatable) or a git revision", collect, [])
      .option("--b <setting|ref>", "what is compared with it", collect, [])
      .option("--c <setting|ref>", "a third variant, compared with the first", collect, [])
      .option("--d <setting|ref>", "a fourth", collect, []),
  ).action(async (scenario: string, options) =>
    done(await (await import("./commands/ab.ts")).ab(scenario, options, io)),
  );
  common(
    program
      .command("gate")
      .description("fail where this revision is worse than another by more than the margins; for CI")
      .argument("[suites...]", "suites or scenarios (default: scenarios/gate.yaml)")
      .option(
        "--base <ref>",
        "the revision to compare with; it is checked out, installed, built and measured here",
      )
      .addOption(
        new Option("--margin <metric=share>", "the smallest worsening that matters: p99=10% (repeatable)")
          .argParser(marginSetting)
          .default({}, "throughput and p50 5%, error_rate 0.1%"),
      )
      .addOption(
        new Option(
          "--inconclusive <verdict>",
          "what becomes of a gate that could not decide (default: pass)",
        ).choices(["pass", "fail"]),
      )
      .option("--baselines <dir>", "compare with baselines that were stored on this class of machine instead")
      .option(
        "--update",
        "store what is measured as the new baselines (in --baselines), after an accepted change",
      )
      .option("--reason <text>", "why the new baselines are accepted; it stands in the file")
      .option("--history <file>", "append a line for each scenario to this file, for dyno trend")
      .option("--dirty", "measure the working tree's changes to tracked files too"),
  ).action(async (suites: string[], options) =>
    done(await (await import("./commands/gate.ts")).gate(suites, options, io)),
  );
}

/** What commands share. */
export interface CommandTools {
  readonly done: (exitCode: number) => void;
  readonly collect: (value: string, earlier: readonly string[]) => string[];
  readonly seed: (text: string) => number;
}
