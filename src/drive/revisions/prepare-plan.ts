import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";

/** Commands that take the place of those found from a revision's files; an empty one does nothing. */
export interface Prepare {
  readonly install?: string;
  readonly build?: string;
}

/** A command and the folder that it runs in. */
export interface PlannedStep {
  readonly command: string;
  readonly dir: string;
}

/** What makes a fresh checkout ready to run. */
export interface PreparePlan {
  readonly install?: PlannedStep;
  readonly build?: PlannedStep;
  /** Whether the install was told and not found. */
  readonly isInstallGiven: boolean;
  /** The lock file that counts, where there is one. */
  readonly lockFile?: string;
  /** The first twelve hexadecimal digits of its SHA-256, as in a result's environment. */
  readonly lockHash?: string;
}

type Manager = "npm" | "pnpm" | "yarn";

const npmFlags = "--no-audit --no-fund --prefer-offline --include=dev";

/** The first that lies in a folder counts. */
const lockFiles: readonly { readonly name: string; readonly manager: Manager }[] = [
  { name: "npm-shrinkwrap.json", manager: "npm" },
  { name: "package-lock.json", manager: "npm" },
  { name: "pnpm-lock.yaml", manager: "pnpm" },
  { name: "yarn.lock", manager: "yarn" },
];

/**
 * Finds out how to install and build what lies in a checkout. The lock file is looked for from `dir` up to `root`, since
 * in a repository of many packages it lies at the top; the build is that of the nearest package. Throws a DynoError
 * `setup` where a package.json is no JSON.
 */
export async function planPreparation(root: string, dir: string, prepare: Prepare): Promise<PreparePlan> {
  const folders = foldersUp(dir, root);
  const lock = await nearest(folders, findLock);
  const found = await nearest(folders, readPackage);
  const manager = lock?.manager ?? "npm";
  const install =
    lock === undefined
      ? found?.hasDependencies && {
          command: `npm install --no-save --no-package-lock ${npmFlags}`,
          dir: found.dir,
        }
      : { command: installCommand(lock), dir: lock.dir };
  const build = found?.hasBuild && { command: `${manager} run build`, dir: found.dir };
  const chosen = {
    install: prepare.install === undefined ? install : { command: prepare.install, dir },
    build: prepare.build === undefined ? build : { command: prepare.build, dir },
  };
  return {
    isInstallGiven: prepare.install !== undefined,
    ...(chosen.install && chosen.install.command.trim() !== "" ? { install: chosen.install } : {}),
    ...(chosen.build && chosen.build.command.trim() !== "" ? { build: chosen.build } : {}),
    ...(lock ? { lockFile: lock.path, lockHash: hashOf(lock.text) } : {}),
  };
}

interface Lock {
  readonly dir: string;
  readonly path: string;
  readonly text: string;
  readonly manager: Manager;
}

async function findLock(dir: string): Promise<Lock | undefined> {
  return nearest(lockFiles, async ({ name, manager }) => {
    const path = join(dir, name);
    const text = await readText(path);
    return text === undefined ? undefined : { dir, path, text, manager };
  });
}

function installCommand({ manager, text }: Lock): string {
  if (manager === "npm") return `npm ci ${npmFlags}`;
  if (manager === "pnpm") return "pnpm install --frozen-lockfile";
  return text.includes("# yarn lockfile v1") ? "yarn install --frozen-lockfile" : "yarn install --immutable";
}

interface Package {
  readonly dir: string;
  readonly hasDependencies: boolean;
  readonly hasBuild: boolean;
}

async function readPackage(dir: string): Promise<Package | undefined> {
  const text = await readText(join(dir, "package.json"));
  if (text === undefined) return undefined;
  try {
    const { dependencies, devDependencies, optionalDependencies, scripts } = JSON.parse(text) as Record<
      string,
      Readonly<Record<string, unknown>> | undefined
    >;
    return {
      dir,
      hasDependencies:
        Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).length > 0,
      hasBuild: typeof scripts?.build === "string",
    };
  } catch (cause) {
    throw new DynoError("setup", `its package.json is not JSON: ${messageOf(cause)}`, { cause });
  }
}

/** The first answer that is not undefined. */
async function nearest<Item, Found>(
  items: readonly Item[],
  look: (item: Item) => Promise<Found | undefined>,
): Promise<Found | undefined> {
  for (const item of items) {
    const found = await look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function foldersUp(dir: string, root: string): string[] {
  return dir === root || dirname(dir) === dir ? [dir] : [dir, ...foldersUp(dirname(dir), root)];
}

/** Undefined where there is no such file. */
async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

const hashOf = (text: string): string => createHash("sha256").update(text.trim()).digest("hex").slice(0, 12);
