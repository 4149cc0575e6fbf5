import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RunResult } from "../../src/measure/result.ts";
import { reportFolderIn } from "./report-folder.ts";
import { scratchDir } from "./scratch-dir.ts";

/** The built dyno. */
export const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
/** The folder of the project. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** How a process ended, and all that it wrote. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built dyno in a folder, with no Redis in its environment unless one is given. */
export function dyno(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  return runNode([main, ...args], options);
}

/** Runs node as a user would run dyno: without the Redis and the CI of this environment, unless they are given. */
export async function runNode(
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<Ended> {
  const { REDIS_URL: _, CI: __, GITHUB_ACTIONS: ___, GITHUB_STEP_SUMMARY: ____, ...rest } = process.env;
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
      cwd: options.cwd ?? root,
      env: { ...rest, NO_COLOR: "1", ...options.env },
      maxBuffer: 64_000_000,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

/** A folder with the scenario `steady` in it. */
export async function folderWith(text: string): Promise<string> {
  const cwd = await scratchDir();
  await mkdir(join(cwd, "scenarios"));
  await writeFile(join(cwd, "scenarios", "steady.yaml"), text);
  return cwd;
}

/** What the first run in a folder left there. */
export async function resultIn(cwd: string): Promise<{ result: RunResult; files: string[] }> {
  const folder = await reportFolderIn(cwd);
  const files = (await readdir(join(cwd, "reports", folder))).toSorted();
  const text = await readFile(join(cwd, "reports", folder, "result.json"), "utf8");
  return { result: JSON.parse(text) as RunResult, files };
}
