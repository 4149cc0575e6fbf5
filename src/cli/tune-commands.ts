import { type Command, InvalidArgumentError, Option } from "commander";
import { parseUnit, ratios } from "../base/units.ts";
import type { CommandTools } from "./compare-commands.ts";
import { budgetMs } from "./compare-options.ts";
import type { Io } from "./io.ts";

/** Adds `tune`. */
export function addTuneCommands(program: Command, io: Io, { done, collect, seed }: CommandTools): void {
  program
    .command("tune")
    .description("search a scenario's parameters under load, and prove that what was found is better")
    .argument("<scenario>", "a YAML file, or the name of one in scenarios/")
    .option("--set <key=value>", "change a setting before tuning (repeatable)", collect, [])
    .option("--config <file>", "begin with the settings of a tuned.yaml; --set goes before them")
    .addOption(
      new Option(
        "--budget <duration>",
        "how long to measure, search and proof together (default: 5m)",
      ).argParser(budgetMs),
    )
    .addOption(
      new Option("--trials <n>", "how many evaluations to make, in place of a time").argParser(
        numberOfTrials,
      ),
    )
    .option("--seed <n>", "seed of every random choice", seed)
    .addOption(
      new Option("--algorithm <name>", "how to search (default: gradient)").choices(["gradient", "random"]),
    )
    .addOption(
      new Option("--min-gain <share>", "stop where less is probably left to gain (default: 2%)").argParser(
        gainShare,
      ),
    )
    .option(
      "--resume [journal]",
      "go on with a tuning that was broken off (default: the newest of the scenario)",
    )
    .option("--replay [journal]", "make the decisions of a recorded tuning again, without measuring")
    .option("--apply [name]", "put what is proven into ./tuned.yaml, and into a checkpoint of this name")
    .option("--watch", "keep what is in force under watch: search again when it is no longer the best")
    .addOption(
      new Option("--for <duration>", "how long to watch (default: until Ctrl-C)").argParser(budgetMs),
    )
    .option("--out <dir>", "folder that receives the report's folder", "reports")
    .option("--report-dir <dir>", "the report's folder itself")
    .option("--json", "print the result as JSON on stdout, and nothing else there")
    .option("--no-progress", "no live view and no progress lines")
    .addHelpText(
      "after",
      `
Exit codes: 0 a better configuration was proven, 3 the default is kept, 2 usage or scenario error,
4 the target could not be set up, 130 and 143 interrupted (go on with --resume).`,
    )
    .action(async (scenario: string, options) =>
      done(await (await import("./commands/tune.ts")).tune(scenario, options, io)),
    );
}

function numberOfTrials(text: string): number {
  const trials = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (trials >= 1) return trials;
  throw new InvalidArgumentError("It must be a whole number from 1 to 99999.");
}

function gainShare(text: string): number {
  const share = parseUnit(text, ratios);
  if (share !== undefined && share >= 0 && share < 1) return share;
  throw new InvalidArgumentError("It must be a share below 1, such as 2%.");
}
