import { type Command, Option } from "commander";
import type { CommandTools } from "./compare-commands.ts";
import { budgetMs } from "./compare-options.ts";
import type { Io } from "./io.ts";

/** Adds `dyno baseline`, with what can be done to baselines. */
export function addBaselineCommands(program: Command, io: Io, { done, collect, seed }: CommandTools): void {
  const baseline = program
    .command("baseline")
    .description("record what a scenario does on a machine, for gates to hold later revisions against")
    .helpCommand(false);
  const inFolder = (command: Command): Command =>
    command.option("--dir <dir>", "the folder of baselines", "baselines");
  inFolder(baseline.command("save"))
    .description("measure a scenario and store what it did")
    .argument("<scenario>", "a YAML file, or the name of one in scenarios/")
    .option("--config <file>", "the settings of a tuned.yaml; --set goes before them")
    .option("--set <key=value>", "change a setting: --set load.0.rate=20k/s (repeatable)", collect, [])
    .addOption(new Option("--budget <duration>", "how long to measure (default: 60s)").argParser(budgetMs))
    .option("--reason <text>", "why it is accepted; kept in the file")
    .option("--seed <n>", "seed of every random choice", seed)
    .option("--no-progress", "no live view and no progress lines")
    .action(async (scenario: string, options) => {
      const { saveBaseline } = await import("./commands/baseline.ts");
      const { measureBlocks } = await import("../drive/twin/blocks.ts");
      done(await saveBaseline(scenario, options, io, measureBlocks));
    });
  inFolder(baseline.command("list"))
    .description("list the baselines, and which of them are of a machine like this one")
    .action(async (options) =>
      done(await (await import("./commands/baseline.ts")).listOfBaselines(options, io)),
    );
  inFolder(baseline.command("show"))
    .description("show what a baseline holds")
    .argument("<name>", "a scenario's name, or a file")
    .action(async (name: string, options) =>
      done(await (await import("./commands/baseline.ts")).showBaseline(name, options, io)),
    );
  inFolder(baseline.command("rm"))
    .description("remove a baseline")
    .argument("<name>", "a scenario's name where it has only one, or a file")
    .action(async (name: string, options) =>
      done(await (await import("./commands/baseline.ts")).removeNamedBaseline(name, options, io)),
    );
}
