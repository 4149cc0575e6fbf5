import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { findProgram } from "../../src/drive/services/redis-process.ts";

interface Wanted {
  /** Any of these programs will do. */
  readonly names: readonly string[];
  readonly debianPackage: string;
  /** A whole path that somebody named. */
  readonly named?: string | undefined;
}

/**
 * The path of a program that the tests need. As root on Debian or Ubuntu it is installed where it is missing;
 * anywhere else this throws the one line that installs it.
 */
export function ensureInstalled({ names, debianPackage, named }: Wanted): string {
  if (named && existsSync(named)) return named;
  const find = (): string | undefined => findProgram(names, process.env.PATH ?? "");
  const found = find();
  if (found !== undefined) return found;
  if (!isRootOnDebian()) throw new Error(`the tests need ${names[0]}: ${installLine(debianPackage)}`);
  console.log(`test set-up: ${names[0]} is missing; installing ${debianPackage} with apt-get`);
  // policy-rc.d keeps Debian from starting a service beside ours; RUNLEVEL=1 does the same without a file.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  execFileSync("apt-get", ["update", "-qq"], { env, stdio: "ignore" });
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", debianPackage], {
    env,
    stdio: "ignore",
  });
  const installed = find();
  if (installed === undefined)
    throw new Error(`apt-get installed ${debianPackage}, but ${names[0]} is not on the PATH`);
  return installed;
}

function isRootOnDebian(): boolean {
  if (process.getuid?.() !== 0 || !existsSync("/etc/os-release")) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync("/etc/os-release", "utf8"));
}

function installLine(debianPackage: string): string {
  if (process.platform === "darwin")
    return `brew install ${debianPackage === "redis-server" ? "redis" : debianPackage}`;
  return `sudo apt-get install ${debianPackage}`;
}
