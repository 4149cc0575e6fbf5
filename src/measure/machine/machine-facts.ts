import { readQuotaCores } from "./control-group.ts";
import { type MachineFiles, readNumber } from "./machine-files.ts";

/** What a machine is and how it is set, as far as its kernel tells. What cannot be read is left out. */
export interface MachineFacts {
  /** Whether there is a `/proc` at all. */
  readonly hasProc: boolean;
  /** What the control group allows, in cores; absent where it sets no limit. */
  readonly quotaCores?: number;
  /** The CPUs that this process may use. */
  readonly allowedCpus?: readonly number[];
  /** How the clock rate is chosen: `performance`, `powersave`; each one once. */
  readonly governors?: readonly string[];
  /** Whether cores may run faster than their nominal rate for a while. */
  readonly boost?: boolean;
  readonly isVirtual?: boolean;
  /** What the kernel reads time from: `tsc`, `kvm-clock`, `hpet`. */
  readonly clockSource?: string;
  /** CPUs that share one core, each group once and only those of more than one: `0,4`. */
  readonly siblings?: readonly string[];
  /** How many processes ran or wanted to, on average over the last minute. */
  readonly load1?: number;
  readonly memoryFreeRatio?: number;
  readonly swapUsedBytes?: number;
  /** How many files this process may have open; Infinity where there is no limit. */
  readonly openFilesLimit?: number;
  /** `always`, `madvise` or `never`. */
  readonly hugePages?: string;
  /** The process that traces this one (strace, gdb); 0 for none. */
  readonly tracerPid?: number;
}

const cpuDir = "/sys/devices/system/cpu";

/** Reads what a machine is and how it is set. */
export function readMachineFacts(files: MachineFiles): MachineFacts {
  const status = files.read("/proc/self/status");
  const allowedCpus = numberList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status ?? "")?.[1]);
  return {
    hasProc: status !== undefined,
    ...known({
      quotaCores: readQuotaCores(files),
      allowedCpus,
      governors: readGovernors(files),
      boost: readBoost(files),
      isVirtual: readVirtual(files),
      clockSource: files.read("/sys/devices/system/clocksource/clocksource0/current_clocksource")?.trim(),
      siblings: readSiblings(files, allowedCpus ?? []),
      load1: numberIn(/^([\d.]+) /, files.read("/proc/loadavg")),
      ...readMemory(files.read("/proc/meminfo")),
      openFilesLimit: readOpenFiles(files.read("/proc/self/limits")),
      hugePages: /\[(\w+)\]/.exec(files.read("/sys/kernel/mm/transparent_hugepage/enabled") ?? "")?.[1],
      tracerPid: numberIn(/^TracerPid:\s*(\d+)/m, status),
    }),
  };
}

type Known<Fields> = { readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

function known<Fields extends object>(fields: Fields): Known<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Known<Fields>;
}

function numberIn(pattern: RegExp, text: string | undefined): number | undefined {
  const found = pattern.exec(text ?? "")?.[1];
  return found === undefined ? undefined : Number(found);
}

/** `0-3,8` as 0, 1, 2, 3 and 8. */
function numberList(text: string | undefined): number[] | undefined {
  return text?.split(",").flatMap((range) => {
    const [from = Number.NaN, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

function cpuNames(files: MachineFiles): string[] {
  return files.list(cpuDir).filter((name) => /^cpu\d+$/.test(name));
}

function readGovernors(files: MachineFiles): string[] | undefined {
  const governors = cpuNames(files).map((cpu) =>
    files.read(`${cpuDir}/${cpu}/cpufreq/scaling_governor`)?.trim(),
  );
  const found = [...new Set(governors.filter((governor) => governor !== undefined))];
  return found.length === 0 ? undefined : found;
}

/** Intel's driver says when turbo is off (`no_turbo`), the others when boost is on. */
function readBoost(files: MachineFiles): boolean | undefined {
  const noTurbo = readNumber(files, `${cpuDir}/intel_pstate/no_turbo`);
  if (noTurbo !== undefined) return noTurbo === 0;
  const boost = readNumber(files, `${cpuDir}/cpufreq/boost`);
  return boost === undefined ? undefined : boost === 1;
}

/** On x86 a guest's CPU has the flag `hypervisor`; elsewhere the kernel does not say. */
function readVirtual(files: MachineFiles): boolean | undefined {
  const flags = /^flags\s*:(.*)$/m.exec(files.read("/proc/cpuinfo") ?? "")?.[1];
  return flags === undefined ? undefined : flags.split(" ").includes("hypervisor");
}

function readSiblings(files: MachineFiles, allowedCpus: readonly number[]): string[] | undefined {
  const lists = allowedCpus.map((cpu) =>
    files.read(`${cpuDir}/cpu${cpu}/topology/thread_siblings_list`)?.trim(),
  );
  const found = lists.filter((list) => list !== undefined);
  if (found.length === 0) return undefined;
  const isShared = (list: string): boolean => {
    const group = numberList(list) ?? [];
    return group.filter((cpu) => allowedCpus.includes(cpu)).length > 1;
  };
  return [...new Set(found)].filter(isShared);
}

function readMemory(
  info: string | undefined,
): Pick<Known<MachineFacts>, "memoryFreeRatio" | "swapUsedBytes"> {
  const kilobytes = (field: string): number | undefined =>
    numberIn(new RegExp(`^${field}:\\s+(\\d+) kB`, "m"), info);
  const [total, free] = [kilobytes("MemTotal"), kilobytes("MemAvailable")];
  const [swapTotal, swapFree] = [kilobytes("SwapTotal"), kilobytes("SwapFree")];
  return {
    ...(total !== undefined && free !== undefined ? { memoryFreeRatio: free / total } : {}),
    ...(swapTotal !== undefined && swapFree !== undefined
      ? { swapUsedBytes: (swapTotal - swapFree) * 1024 }
      : {}),
  };
}

function readOpenFiles(limits: string | undefined): number | undefined {
  const soft = /^Max open files\s+(\S+)/m.exec(limits ?? "")?.[1];
  if (soft === undefined) return undefined;
  return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
}
