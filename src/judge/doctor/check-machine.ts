import { formatBytes, formatCount, formatRatio } from "../../base/units.ts";
import type { Finding } from "../../measure/doctor-result.ts";
import type { MachineFacts } from "../../measure/machine/machine-facts.ts";

/** Fewer cores than this, and the load generator shares one with the target. */
const leastCores = 2;
const comfortableCores = 4;
const leastFreeMemory = 0.1;
const leastOpenFiles = 4096;

/** What a check sees: what the kernel tells, and how many cores Node may use (affinity included). */
export interface MachineView {
  readonly facts: MachineFacts;
  readonly cores: number;
}

/** Judges what a machine is and how it is set. What could not be read has no finding, or one that says so. */
export function checkMachine(view: MachineView): Finding[] {
  const checks = [
    cores,
    siblings,
    clockRate,
    boost,
    clockSource,
    load,
    memory,
    swap,
    openFiles,
    hugePages,
    tracer,
    proc,
  ];
  return checks.flatMap((check) => check(view) ?? []);
}

type Check = (view: MachineView) => Finding | undefined;

const cores: Check = ({ facts: { quotaCores }, cores }) => {
  const usable = Math.min(cores, quotaCores ?? cores);
  const isCut = quotaCores !== undefined && quotaCores < cores;
  const value = isCut ? `${Number(quotaCores.toFixed(2))} (limit of the container)` : String(cores);
  if (usable < leastCores) {
    return {
      name: "cores",
      level: "bad",
      value,
      sentence: `The load generator and the target share one core, so that each is measured with the other in it. Give ${isCut ? "the container" : "this process"} at least ${leastCores}.`,
    };
  }
  return usable < comfortableCores
    ? {
        name: "cores",
        level: "note",
        value,
        sentence: `Enough for twin pairs, of which one process works at a time; a neighbour that keeps a core busy shows at once.`,
      }
    : { name: "cores", level: "ok", value, sentence: "Enough for the target, the generator and the system." };
};

const siblings: Check = ({ facts }) => {
  if (facts.siblings === undefined || facts.allowedCpus === undefined) return undefined;
  const name = "threads of a core";
  if (facts.siblings.length === 0)
    return { name, level: "ok", value: "none shared", sentence: "Each CPU is a core of its own." };
  const value = facts.siblings.join("; ");
  const isOneCore = facts.siblings.length === 1 && facts.allowedCpus.length === 2;
  return isOneCore
    ? {
        name,
        level: "warn",
        value,
        sentence:
          "Both CPUs are threads of one core: what runs on one slows the other. Take CPUs of two cores, or turn hyper-threading off.",
      }
    : {
        name,
        level: "note",
        value,
        sentence: "These CPUs share a core each: what runs on one slows the other.",
      };
};

const clockRate: Check = ({ facts: { governors, isVirtual } }) => {
  const name = "clock rate";
  if (governors === undefined) {
    return isVirtual === true
      ? {
          name,
          level: "note",
          value: "cannot be seen",
          sentence: "This is a virtual machine; its host decides about the clock rate and does not tell.",
        }
      : undefined;
  }
  const value = governors.join(", ");
  return governors.every((governor) => governor === "performance")
    ? { name, level: "ok", value, sentence: "The cores stay at their highest rate." }
    : {
        name,
        level: "warn",
        value,
        sentence:
          "The cores change their rate with the load, and a short measurement begins on slow ones. Set the governor: sudo cpupower frequency-set -g performance.",
      };
};

const boost: Check = ({ facts }) =>
  facts.boost === undefined
    ? undefined
    : facts.boost
      ? {
          name: "turbo",
          level: "note",
          value: "on",
          sentence:
            "Cores run faster while they are cool and few are busy, so that figures depend on what ran before. Turn it off for absolute figures; pairs cancel most of it.",
        }
      : { name: "turbo", level: "ok", value: "off", sentence: "The rate does not depend on heat." };

/** Reading these takes no system call. Arm's is `arch_sys_counter`. */
const quickClocks = ["tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page"];

const clockSource: Check = ({ facts: { clockSource: source } }) => {
  if (source === undefined) return undefined;
  const name = "clock source";
  return quickClocks.includes(source)
    ? { name, level: "ok", value: source, sentence: "Reading the time is quick." }
    : {
        name,
        level: "warn",
        value: source,
        sentence:
          "Reading the time takes a system call of a microsecond or more, and every operation reads it twice. Boot with clocksource=tsc where the CPU has a steady one.",
      };
};

const load: Check = ({ facts: { load1 }, cores }) => {
  if (load1 === undefined) return undefined;
  const value = `${load1} over the last minute`;
  return load1 > cores / 2
    ? {
        name: "load",
        level: "warn",
        value,
        sentence: `Much was running on the ${cores} cores just before. End it, or wait until it is done.`,
      }
    : { name: "load", level: "ok", value, sentence: "Little was running before." };
};

const memory: Check = ({ facts: { memoryFreeRatio } }) => {
  if (memoryFreeRatio === undefined) return undefined;
  const value = `${formatRatio(memoryFreeRatio)} free`;
  return memoryFreeRatio < leastFreeMemory
    ? {
        name: "memory",
        level: "warn",
        value,
        sentence:
          "The system begins to reclaim pages, which stops whoever asks for one. End what holds memory.",
      }
    : { name: "memory", level: "ok", value, sentence: "There is room." };
};

const swap: Check = ({ facts: { swapUsedBytes } }) =>
  swapUsedBytes === undefined || swapUsedBytes === 0
    ? undefined
    : {
        name: "swap",
        level: "note",
        value: `${formatBytes(swapUsedBytes)} used`,
        sentence:
          "Something was put out of memory earlier, and comes back when it is touched. swapoff -a rules it out.",
      };

const openFiles: Check = ({ facts: { openFilesLimit: limit } }) => {
  if (limit === undefined) return undefined;
  const name = "open files";
  const value = Number.isFinite(limit) ? formatCount(limit) : "no limit";
  return limit < leastOpenFiles
    ? {
        name,
        level: "warn",
        value,
        sentence: `Each connection takes one; many clients will meet this limit. Raise it: ulimit -n ${leastOpenFiles * 4}.`,
      }
    : { name, level: "ok", value, sentence: "Enough for some thousand connections." };
};

const hugePages: Check = ({ facts: { hugePages: setting } }) =>
  setting === "always"
    ? {
        name: "huge pages",
        level: "note",
        value: setting,
        sentence:
          "The kernel merges pages behind a process's back, which Redis warns of. madvise leaves it to those that ask.",
      }
    : undefined;

const tracer: Check = ({ facts: { tracerPid = 0 } }) =>
  tracerPid === 0
    ? undefined
    : {
        name: "tracer",
        level: "bad",
        value: `process ${tracerPid}`,
        sentence:
          "A debugger or strace watches this process, and each system call stops for it. Run without it.",
      };

const proc: Check = ({ facts: { hasProc } }) =>
  hasProc
    ? undefined
    : {
        name: "system",
        level: "note",
        value: "no /proc",
        sentence:
          "This system does not tell of governors, steal time, neighbours and swapping, so that only the cores, the clock's hiccups and the noise floor are known.",
      };
