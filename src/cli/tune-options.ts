import { DynoError } from "../base/errors.ts";

/** The options of `dyno tune`, as the command line gives them. */
export interface TuneOptions {
  readonly set: readonly string[];
  /** A tuned.yaml whose settings are laid over the file's, beneath `set`: what is tuned further. */
  readonly config?: string;
  /** Milliseconds of measuring, for search and proof together. */
  readonly budget?: number;
  /** Evaluations, in place of a time. */
  readonly trials?: number;
  readonly seed?: number;
  readonly algorithm?: "gradient" | "random";
  /** The search ends where less than this share is probably left to gain. */
  readonly minGain?: number;
  /** A journal, or its folder, to go on with; true: the newest one of the scenario. */
  readonly resume?: string | true;
  /** A journal, or its folder, whose decisions are made again without measuring. */
  readonly replay?: string | true;
  /** Puts what is proven into ./tuned.yaml and a checkpoint of this name; true: of a name that is made up. */
  readonly apply?: string | true;
  /** Keeps what is in force under watch, in place of one search. */
  readonly watch?: boolean;
  /** How long the watch lasts, in milliseconds. */
  readonly for?: number;
  /** The folder that receives the report's folder. */
  readonly out: string;
  readonly reportDir?: string;
  readonly json?: boolean;
  readonly progress: boolean;
}

/** Options that exclude each other, and why. */
const conflicts: readonly (readonly [keyof TuneOptions, keyof TuneOptions, string])[] = [
  ["budget", "trials", "a budget is either a time or a number of trials"],
  ["resume", "replay", "a journal is either gone on with or replayed"],
  [
    "replay",
    "apply",
    "a replay proves nothing anew; apply when it is measured, or use --config with its tuned.yaml",
  ],
  ["watch", "resume", "a watch begins with what is in force"],
  ["watch", "replay", "a watch measures"],
  ["resume", "reportDir", "what goes on stays in the folder of its journal"],
  ["watch", "json", "a watch writes its events into watch.ndjson"],
  ["watch", "apply", "a watch applies what it proves by itself"],
  ["watch", "config", "a watch begins with ./tuned.yaml, or with the scenario's own settings"],
];

/** Throws a DynoError `usage` where options do not go together. */
export function refuseConflicts(options: TuneOptions): void {
  for (const [one, other, why] of conflicts) {
    if (options[one] === undefined || options[other] === undefined) continue;
    throw new DynoError("usage", `--${flagOf(one)} and --${flagOf(other)} do not go together: ${why}`);
  }
  if (options.for !== undefined && options.watch !== true) {
    throw new DynoError("usage", "--for says how long a watch lasts; add --watch");
  }
}

function flagOf(option: keyof TuneOptions): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
