import { execFileSync } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { ComparisonResult } from "../../src/measure/comparison.ts";
import { type Ended, root, runNode } from "./run-dyno.ts";
import { gitIdentity, type ScratchRepository, scratchRepository } from "./scratch-repository.ts";

/** How a suite makes a checkout of such a repository ready. */
export const prepareLine = `prepare: { install: "ln -s ${join(root, "node_modules")} node_modules" }`;

/** A repository that holds this project, built, with these files committed beside. */
export async function projectRepository(files: Readonly<Record<string, string>>): Promise<ScratchRepository> {
  const repository = await scratchRepository();
  for (const part of ["src", "package.json", "tsconfig.json", "tsconfig.build.json"])
    cpSync(join(root, part), join(repository.dir, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(repository.dir, "node_modules"));
  repository.commit({ ".gitignore": "node_modules\ndist\nreports\n", ...files });
  execFileSync("npm", ["run", "build"], { cwd: repository.dir, stdio: "pipe" });
  return repository;
}

/** Runs `dyno gate` of that repository's own build in it. */
export async function gateIn(
  repository: ScratchRepository,
  ...args: string[]
): Promise<Ended & { readonly result: ComparisonResult | undefined }> {
  const ended = await runNode([join(repository.dir, "dist", "main.js"), "gate", ...args, "--json"], {
    cwd: repository.dir,
    env: gitIdentity,
  });
  return {
    ...ended,
    result: ended.stdout === "" ? undefined : (JSON.parse(ended.stdout) as ComparisonResult),
  };
}
