import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { DynoError, kindOf, messageOf } from "../base/errors.ts";
import { durations, parseUnit } from "../base/units.ts";
import { addBaselineCommands } from "./baseline-commands.ts";
import { addCompareCommands } from "./compare-commands.ts";
import type { Io } from "./io.ts";
import { addServeCommands } from "./serve-commands.ts";
import { addTuneCommands } from "./tune-commands.ts";

/**
 * Reads the command line, runs one command, and gives its exit code.
 *
 * Each command is loaded only when it is asked for, so that `dyno --help` loads none of them.
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    // Commander has printed its own message.
    const code = thrown instanceof CommanderError ? 2 : await reportError(thrown, io);
    const { exitMeaning } = await import("../judge/outcome.ts");
    io.stderr.write(`exit ${code}: ${exitMeaning(code)}\n`);
    return code;
  }
}

async function reportError(thrown: unknown, io: Io): Promise<number> {
  if (io.signal.aborted) return io.signal.reason === "SIGTERM" ? 143 : 130;
  if (thrown instanceof DynoError && thrown.code !== "internal") {
    const text = thrown.message.trimEnd();
    io.stderr.write(thrown.code === "scenario" ? `${text}\n` : `dyno: ${text}\n`);
    return (await import("../judge/outcome.ts")).errorExitCode(thrown.code);
  }
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  io.stderr.write(`dyno: a fault of dyno's own (${kindOf(thrown)}); please report it with these lines\n`);
  io.stderr.write(`${stack ?? messageOf(thrown)}\n`);
  return 70;
}

function buildProgram(io: Io, done: (exitCode: number) => void): Command {
  const program = new Command("dyno")
    .description("Put an engine under load, measure it honestly, and say whether it meets its targets.")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  program
    .option("-V, --version", "print the version of dyno")
    .action(async (options: { readonly version?: boolean }) => {
      if (options.version === true)
        return done(await (await import("./commands/version.ts")).printVersion(io));
      program.outputHelp({ error: true });
      done(2);
    });
  addRun(program, io, done);
  addCompareCommands(program, io, { done, collect, seed: naturalNumber });
  addTuneCommands(program, io, { done, collect, seed: naturalNumber });
  addBaselineCommands(program, io, { done, collect, seed: naturalNumber });
  addServeCommands(program, io, { done, port: portNumber });
  addFiles(program, io, done);
  addKnobs(program, io, done);
  addRollback(program, io, done);
  addCalibrate(program, io, done);
  addDoctor(program, io, done);
  addTrend(program, io, done);
  program.addHelpText(
    "after",
    `
Exit codes: 0 all targets pass, 1 a target failed, 2 usage or scenario error, 3 inconclusive or invalid,
4 the target could not be set up or reached, 70 a fault of dyno's own, 130 and 143 interrupted.`,
  );
  return program;
}

function addRun(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command("run")
    .description("run a scenario, judge it, and write a report")
    .argument("<scenario>", "a YAML file, or the name of one in scenarios/")
    .option("--config <file>", "the settings of a tuned.yaml; --set goes before them")
    .option("--set <key=value>", "change a setting: --set load.0.rate=20k/s (repeatable)", collect, [])
    .option(
      "--only <setting=value>",
      "of a matrix, only these cells: --only store=redis (repeatable)",
      collect,
      [],
    )
    .option("--repeat <n>", "number of trials, each in a fresh process", positiveInteger)
    .option("--seed <n>", "seed of every random choice", naturalNumber)
    .option("--out <dir>", "folder that receives the report's folder", "reports")
    .option("--json", "print the result as JSON on stdout, and nothing else there")
    .option("--samples", "write every operation to samples.ndjson.gz as well")
    .option("--history <file>", "append a line to this history, for `dyno trend`")
    .option("--metrics-port <port>", "serve live figures to Prometheus on this port", portNumber)
    .option("--no-progress", "no live view and no progress lines")
    .action(async (scenario: string, options) =>
      done(await (await import("./commands/run.ts")).run(scenario, options, io)),
    );
  program
    .command("report")
    .description(
      "make the outputs of a run, a matrix, a capacity, a sweep, a gate, an A/B comparison or a tuning again from its JSON",
    )
    .argument(
      "[result]",
      "a result.json, a matrix.json, a capacity.json, a sweep.json, a comparison.json or a tuning.json",
    )
    .option("--out <dir>", "folder that receives the files (default: the folder of the result)")
    .option(
      "--index [dir]",
      "list the reports in a folder (default: reports) in its index.html, in place of that",
    )
    .action(async (file: string | undefined, options) =>
      done(await (await import("./commands/report.ts")).report(file, options, io)),
    );
}

function addFiles(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command("scenarios")
    .description("list the scenarios in a folder")
    .argument("[dir]", "the folder", "scenarios")
    .action(async (dir: string) =>
      done(await (await import("./commands/scenarios.ts")).listScenarios(dir, io)),
    );
  program
    .command("lint")
    .description("check scenario files without running them")
    .argument("[files...]", "YAML files (default: all in scenarios/)")
    .action(async (files: string[]) => done(await (await import("./commands/lint.ts")).lint(files, io)));
  program
    .command("schema")
    .description("print the JSON Schema of scenario files, for editors")
    .action(async () => done(await (await import("./commands/schema.ts")).printSchema(io)));
}

function addKnobs(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command("knobs")
    .description("list what can be turned about the engine: meaning, range, scale and default")
    .option("--json", "print the list as JSON on stdout")
    .action(async (options) => done(await (await import("./commands/knobs.ts")).listKnobs(options, io)));
}

function addRollback(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command("rollback")
    .description("put the settings that tuned.yaml held before back into it, at once")
    .argument("[checkpoint]", "one of checkpoints/, or latest (default): the one before the current")
    .option("--list", "list the checkpoints: when each was applied, what was proven, which one is current")
    .action(async (checkpoint: string | undefined, options) =>
      done(await (await import("./commands/rollback.ts")).rollback(checkpoint, options, io)),
    );
}

function addCalibrate(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command("calibrate")
    .description(
      "test the instrument itself: known latencies, a stalling target, the highest rate that holds",
    )
    .option("--quick", "a shorter version, in about ten seconds")
    .action(async (options) => done(await (await import("./commands/calibrate.ts")).calibrate(options, io)));
}

function addDoctor(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command("doctor")
    .description(
      "tell how good this machine is for measuring: what disturbs it, and the smallest change it shows",
    )
    .argument("[scenario]", "a YAML file, or the name of one in scenarios/ (default: a short one of its own)")
    .addOption(
      new Option("--budget <duration>", "how long the scenario is compared with itself")
        .argParser(duration)
        .default(30_000, "30s"),
    )
    .option("--json", "print what was found as JSON on stdout")
    .action(async (scenario: string | undefined, { budget, ...options }) =>
      done(
        await (await import("./commands/doctor.ts")).doctor(scenario, { ...options, budgetMs: budget }, io),
      ),
    );
}

function addTrend(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command("trend")
    .description("show what became of a scenario over its history: levels, changes, and the drift in all")
    .argument("<scenario>", "its name, or its file")
    .option("--history <file>", "what runs and gates appended to", "reports/history.ndjson")
    .option("--metric <name>", "only this metric, such as p50")
    .option("--class <class>", "only machines of this class (default: that of the newest line)")
    .option("--out <dir>", "folder that receives the page", "reports")
    .option("--json", "print the trend as JSON on stdout, and nothing else there")
    .action(async (scenario: string, options) =>
      done(await (await import("./commands/trend.ts")).trend(scenario, options, io)),
    );
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

/** Milliseconds. */
function duration(text: string): number {
  const micros = parseUnit(text, durations);
  if (micros === undefined) throw new InvalidArgumentError(`It must be ${durations.expected}.`);
  return micros / 1000;
}

function positiveInteger(text: string): number {
  return wholeNumber(text, 1, 1000);
}

function naturalNumber(text: string): number {
  return wholeNumber(text, 0, 4_294_967_295);
}

function portNumber(text: string): number {
  return wholeNumber(text, 0, 65_535);
}

function wholeNumber(text: string, low: number, high: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
}
