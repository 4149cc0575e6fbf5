import type { MachineFiles } from "../../src/measure/machine/machine-files.ts";

/** Files of a machine out of a table of texts; folders hold what the paths in the table say. */
export function filesOf(texts: Readonly<Record<string, string>>): MachineFiles {
  return {
    read: (path) => texts[path],
    list: (dir) => {
      const inside = Object.keys(texts).filter((path) => path.startsWith(`${dir}/`));
      return [...new Set(inside.map((path) => path.slice(dir.length + 1).split("/")[0] ?? ""))];
    },
  };
}

const cpuDir = "/sys/devices/system/cpu";

/** A laptop: two cores with two threads each, powersave, turbo on, swap in use. */
export const laptop = {
  "/proc/self/status": "Name:\tnode\nTracerPid:\t0\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n",
  "/proc/self/cgroup": "0::/user.slice/user-1000.slice/session-2.scope\n",
  "/proc/self/limits":
    "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 1048576              files     \n",
  "/proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu vme de pse tsc msr constant_tsc nonstop_tsc\n",
  "/proc/loadavg": "3.52 1.10 0.60 2/1201 48211\n",
  "/proc/meminfo":
    "MemTotal:       16000000 kB\nMemFree:          400000 kB\nMemAvailable:    1200000 kB\nSwapTotal:       8000000 kB\nSwapFree:        7000000 kB\n",
  [`${cpuDir}/cpu0/cpufreq/scaling_governor`]: "powersave\n",
  [`${cpuDir}/cpu1/cpufreq/scaling_governor`]: "powersave\n",
  [`${cpuDir}/cpufreq/policy0/scaling_governor`]: "powersave\n",
  [`${cpuDir}/intel_pstate/no_turbo`]: "0\n",
  [`${cpuDir}/cpu0/topology/thread_siblings_list`]: "0,2\n",
  [`${cpuDir}/cpu1/topology/thread_siblings_list`]: "1,3\n",
  [`${cpuDir}/cpu2/topology/thread_siblings_list`]: "0,2\n",
  [`${cpuDir}/cpu3/topology/thread_siblings_list`]: "1,3\n",
  "/sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
  "/sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never\n",
};

/** A container (control groups version 2) that may use one and a half cores of its host. */
export const container = {
  "/proc/self/status": "Name:\tnode\nTracerPid:\t0\nCpus_allowed_list:\t0-7,16\n",
  "/proc/self/cgroup": "0::/\n",
  "/proc/self/limits": "Max open files            unlimited            unlimited            files     \n",
  "/sys/fs/cgroup/cpu.max": "150000 100000\n",
  "/sys/fs/cgroup/cpu.stat": "usage_usec 5512\nnr_periods 100\nnr_throttled 7\nthrottled_usec 31000\n",
  "/proc/stat": "cpu  1000 0 500 8000 100 0 0 0 0 0\ncpu0 1000 0 500 8000 100 0 0 0 0 0\n",
};

/** A virtual machine with control groups of version 1, as a runner of a build service has it. */
export const virtual = {
  "/proc/self/status": "Name:\tnode\nTracerPid:\t0\nCpus_allowed_list:\t0-1\n",
  "/proc/self/cgroup": "4:memory:/jobs/78f7\n2:cpu,cpuacct:/jobs/78f7\n0::/\n",
  "/proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu vme tsc hypervisor lahf_lm\n",
  "/proc/loadavg": "0.20 0.10 0.35 1/88 25200\n",
  "/proc/meminfo":
    "MemTotal:       24684084 kB\nMemAvailable:   24231336 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n",
  "/sys/fs/cgroup/cpu,cpuacct/jobs/78f7/cpu.cfs_quota_us": "-1\n",
  "/sys/fs/cgroup/cpu,cpuacct/jobs/78f7/cpu.cfs_period_us": "100000\n",
  "/sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us": "50000\n",
  "/sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us": "100000\n",
  [`${cpuDir}/cpu0/topology/thread_siblings_list`]: "0-1\n",
  [`${cpuDir}/cpu1/topology/thread_siblings_list`]: "0-1\n",
  "/sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
};
