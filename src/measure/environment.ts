import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { promisify } from "node:util";
import type { Environment } from "./result.ts";

const run = promisify(execFile);

/** Reads what a measurement stands on. What cannot be read is left out. */
export async function readEnvironment(cwd: string, services: readonly string[]): Promise<Environment> {
  const [dynoVersion, osName, governor, container, swap, git, lockHash] = await Promise.all([
    readDynoVersion(),
    readOsName(),
    readText("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    readContainerLimits(),
    readSwap(),
    readGit(cwd),
    hashOf(`${cwd}/package-lock.json`),
  ]);
  const optional = { governor, container, swap, lockHash, ...git };
  return {
    dynoVersion,
    node: process.version,
    v8: process.versions.v8,
    os: osName,
    kernel: `${platform()} ${release()} ${arch()}`,
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    services,
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined),
    ) as Partial<Environment>),
  };
}

async function readDynoVersion(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

async function readText(path: string): Promise<string | undefined> {
  const text = (await readFile(path, "utf8").catch(() => "")).trim();
  return text === "" ? undefined : text;
}

async function readOsName(): Promise<string> {
  const osRelease = await readText("/etc/os-release");
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(osRelease ?? "")?.[1] ?? platform();
}

/** Limits of the control group (version 2), where there are any. */
async function readContainerLimits(): Promise<string | undefined> {
  const [cpu, memory] = await Promise.all([
    readText("/sys/fs/cgroup/cpu.max"),
    readText("/sys/fs/cgroup/memory.max"),
  ]);
  const [quota, period] = (cpu ?? "max").split(" ");
  const limits = [
    quota === undefined || quota === "max" ? undefined : `${Number(quota) / Number(period)} cores`,
    memory === undefined || memory === "max" ? undefined : `${Math.round(Number(memory) / 1e6)} MB`,
  ].filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : `limited to ${limits.join(" and ")}`;
}

async function readSwap(): Promise<string | undefined> {
  const info = await readText("/proc/meminfo");
  const total = Number(/^SwapTotal:\s+(\d+)/m.exec(info ?? "")?.[1]);
  const free = Number(/^SwapFree:\s+(\d+)/m.exec(info ?? "")?.[1]);
  if (Number.isNaN(total)) return undefined;
  return total === 0 ? "off" : `${Math.round((total - free) / 1000)} of ${Math.round(total / 1000)} MB used`;
}

async function readGit(
  cwd: string,
): Promise<Pick<Environment, "gitRevision" | "gitBranch" | "gitDirty"> | undefined> {
  const git = async (...args: string[]): Promise<string> => (await run("git", args, { cwd })).stdout.trim();
  try {
    const [revision, branch, status] = await Promise.all([
      git("rev-parse", "--short=10", "HEAD"),
      git("rev-parse", "--abbrev-ref", "HEAD"),
      git("status", "--porcelain", "--untracked-files=no"),
    ]);
    return { gitRevision: revision, gitBranch: branch, gitDirty: status !== "" };
  } catch {
    return undefined;
  }
}

async function hashOf(path: string): Promise<string | undefined> {
  const text = await readText(path);
  return text === undefined ? undefined : createHash("sha256").update(text).digest("hex").slice(0, 12);
}
