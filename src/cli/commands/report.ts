import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";
import { type RunResult, schemaVersion } from "../../measure/result.ts";
import { publishAll } from "../../publish/publishers.ts";
import type { Io } from "../io.ts";

/** `dyno report`: makes every output of a run again from its result.json. */
export async function report(file: string, options: { readonly out?: string }, io: Io): Promise<number> {
  const path = resolve(io.cwd, file);
  const result = parseResult(await readResult(path, file), file);
  const { files, failures } = await publishAll(result, resolve(io.cwd, options.out ?? dirname(path)));
  for (const written of files) io.stdout.write(`${relative(io.cwd, written)}\n`);
  for (const failure of failures) io.stderr.write(`dyno: ${failure}\n`);
  return failures.length > 0 ? 70 : 0;
}

async function readResult(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new DynoError("usage", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function parseResult(text: string, file: string): RunResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DynoError("usage", `${file} is not JSON: ${messageOf(cause)}`, { cause });
  }
  const version =
    typeof value === "object" && value !== null && "schemaVersion" in value ? value.schemaVersion : undefined;
  if (version !== schemaVersion) {
    throw new DynoError(
      "usage",
      `${file} is no result of this version of dyno: schemaVersion is ${JSON.stringify(version)}, and ${schemaVersion} is needed`,
    );
  }
  return value as RunResult;
}
