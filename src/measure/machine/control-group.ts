import { type MachineFiles, readNumber } from "./machine-files.ts";

/**
 * The CPU that the control groups of this process allow it, in cores: the least of its own group and of those above it.
 * Version 2 (`cpu.max`) and version 1 (`cpu.cfs_quota_us`). Undefined where there is no limit.
 */
export function readQuotaCores(files: MachineFiles): number | undefined {
  const quotas = cpuGroupDirs(files).map((dir) => quotaOf(files, dir));
  const known = quotas.filter((quota) => quota !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/**
 * In how many periods (of 100 ms, usually) the groups of this process had used up their share and had to wait, all
 * together, since they were made. Undefined where the kernel does not say.
 */
export function readThrottledPeriods(files: MachineFiles): number | undefined {
  const counts = cpuGroupDirs(files).map((dir) =>
    /^nr_throttled (\d+)$/m.exec(files.read(`${dir}/cpu.stat`) ?? ""),
  );
  const known = counts.flatMap((found) => (found === null ? [] : [Number(found[1])]));
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}

function quotaOf(files: MachineFiles, dir: string): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)/.exec(files.read(`${dir}/cpu.max`) ?? "") ?? [];
  if (quota !== undefined && period !== undefined) return Number(quota) / Number(period);
  const oldQuota = readNumber(files, `${dir}/cpu.cfs_quota_us`) ?? -1;
  const oldPeriod = readNumber(files, `${dir}/cpu.cfs_period_us`) ?? 0;
  return oldQuota > 0 && oldPeriod > 0 ? oldQuota / oldPeriod : undefined;
}

/**
 * The folders of this process's CPU group and of all above it. A container often sees the path of its host in
 * `/proc/self/cgroup` but its own group at the root of the mount; folders that are not there are simply not read.
 */
function cpuGroupDirs(files: MachineFiles): string[] {
  const lines = (files.read("/proc/self/cgroup") ?? "").split("\n");
  return lines.flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === "") return upwards("/sys/fs/cgroup", path);
    return controllers.split(",").includes("cpu") ? upwards(mountOf(files, controllers), path) : [];
  });
}

/** Version 1 is mounted as `cpu`, as `cpu,cpuacct`, or as both, one being a link to the other. */
function mountOf(files: MachineFiles, controllers: string): string {
  const short = "/sys/fs/cgroup/cpu";
  return files.list(short).length > 0 ? short : `/sys/fs/cgroup/${controllers}`;
}

function upwards(mount: string, path: string): string[] {
  const steps = path.split("/").filter((step) => step !== "");
  return steps.map((_, i) => `${mount}/${steps.slice(0, steps.length - i).join("/")}`).concat(mount);
}
