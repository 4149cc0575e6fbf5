import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";
import { type CapacityResult, capacitySchemaVersion } from "../../measure/capacity.ts";
import { type ComparisonResult, comparisonSchemaVersion } from "../../measure/comparison.ts";
import { readEnvironment } from "../../measure/environment.ts";
import { type MatrixResult, matrixSchemaVersion } from "../../measure/matrix.ts";
import { type RunResult, schemaVersion } from "../../measure/result.ts";
import { type SweepResult, sweepSchemaVersion } from "../../measure/sweep.ts";
import { type TuneResult, tuningSchemaVersion } from "../../measure/tuning.ts";
import { resultFiles } from "../../publish/entries/entries-of-result.ts";
import { writeIndex } from "../../publish/entries/write-index.ts";
import {
  type Published,
  publishAll,
  publishCapacity,
  publishComparison,
  publishMatrix,
  publishSweep,
  publishTuning,
} from "../../publish/publishers.ts";
import type { Io } from "../io.ts";

/** The options of `dyno report`, as the command line gives them. */
export interface ReportOptions {
  readonly out?: string;
  /** The folder whose reports are listed in its index.html; `true`: reports. */
  readonly index?: string | true;
}

/**
 * `dyno report`: makes every output again, of a run from its result.json, of a comparison from its comparison.json, of a
 * tuning from its tuning.json, of a matrix, a capacity or a sweep from its JSON; with `--index` the list of all reports in a folder instead.
 */
export async function report(file: string | undefined, options: ReportOptions, io: Io): Promise<number> {
  if (options.index !== undefined) return listReports(file, options.index, io);
  if (file === undefined)
    throw new DynoError(
      "usage",
      `name a ${resultFiles.slice(0, -1).join(", a ")} or a ${resultFiles.at(-1)}, or give --index`,
    );
  const path = resolve(io.cwd, file);
  const value = parseJson(await readResult(path, file), file);
  const { files, failures } = await publish(value, file, resolve(io.cwd, options.out ?? dirname(path)));
  for (const written of files) io.stdout.write(`${relative(io.cwd, written)}\n`);
  for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
  return failures.length > 0 ? 70 : 0;
}

async function listReports(file: string | undefined, index: string | true, io: Io): Promise<number> {
  const dir = index === true ? "reports" : index;
  if (file !== undefined)
    throw new DynoError("usage", `--index lists a whole folder: leave ${file} out, or leave out --index`);
  if (!existsSync(resolve(io.cwd, dir)))
    throw new DynoError("usage", `there is no folder ${dir}; name the one that holds the reports`);
  const { dynoVersion } = await readEnvironment(io.cwd, []);
  const written = await writeIndex(resolve(io.cwd, dir), dynoVersion);
  io.stdout.write(`${relative(io.cwd, written.file)}\n`);
  for (const { folder, problem } of written.folders)
    if (problem !== undefined) io.stderr.write(`dyno: ${join(dir, folder)} is not listed: ${problem}\n`);
  return 0;
}

async function readResult(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new DynoError("usage", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function parseJson(text: string, file: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DynoError("usage", `${file} is not JSON: ${messageOf(cause)}`, { cause });
  }
  return typeof value === "object" && value !== null ? value : {};
}

/** Runs alone have no `kind`. */
function publish(value: object, file: string, out: string): Promise<Published> {
  if ("leftOut" in value) {
    throw new DynoError(
      "usage",
      `${file} was downloaded from a report, and lacks its ${value.leftOut}; name the JSON file that lies beside that report`,
    );
  }
  if (!("kind" in value)) {
    checkVersion(value, schemaVersion, `${file} is no result`);
    return publishAll(value as RunResult, out);
  }
  if (value.kind === "tune") {
    checkVersion(value, tuningSchemaVersion, `${file} is no tuning`);
    checkList(value, "trials", `${file} is no tuning`);
    return publishTuning(value as TuneResult, out);
  }
  if (value.kind === "matrix") {
    checkVersion(value, matrixSchemaVersion, `${file} is no matrix`);
    checkList(value, "cells", `${file} is no matrix`);
    return publishMatrix(value as MatrixResult, out);
  }
  if (value.kind === "capacity") {
    checkVersion(value, capacitySchemaVersion, `${file} is no capacity`);
    checkList(value, "levels", `${file} is no capacity`);
    return publishCapacity(value as CapacityResult, out);
  }
  if (value.kind === "sweep") {
    checkVersion(value, sweepSchemaVersion, `${file} is no sweep`);
    checkList(value, "levels", `${file} is no sweep`);
    return publishSweep(value as SweepResult, out);
  }
  if (value.kind !== "ab" && value.kind !== "gate") {
    throw new DynoError(
      "usage",
      `${file} is no result that dyno can report: its kind is ${JSON.stringify(value.kind)}, and "ab", "gate", "tune", "matrix", "capacity" or "sweep" is known`,
    );
  }
  checkVersion(value, comparisonSchemaVersion, `${file} is no comparison`);
  checkList(value, "comparisons", `${file} is no comparison`);
  return publishComparison(value as ComparisonResult, out);
}

function checkList(value: object, name: string, what: string): void {
  if (Array.isArray((value as Readonly<Record<string, unknown>>)[name])) return;
  throw new DynoError("usage", `${what}: it has no list of ${name}`);
}

function checkVersion(value: object, needed: number, what: string): void {
  const version = "schemaVersion" in value ? value.schemaVersion : undefined;
  if (version === needed) return;
  throw new DynoError(
    "usage",
    `${what} of this version of dyno: schemaVersion is ${JSON.stringify(version)}, and ${needed} is needed`,
  );
}
