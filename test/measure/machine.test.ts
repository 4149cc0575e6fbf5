import { describe, expect, test } from "vitest";
import { readQuotaCores, readThrottledPeriods } from "../../src/measure/machine/control-group.ts";
import { compareSamples } from "../../src/measure/machine/machine-activity.ts";
import { readMachineFacts } from "../../src/measure/machine/machine-facts.ts";
import { systemFiles } from "../../src/measure/machine/machine-files.ts";
import { parseCpuTicks, takeMachineSample } from "../../src/measure/machine/machine-sample.ts";
import { container, filesOf, laptop, virtual } from "../support/machines.ts";

describe("what a machine is", () => {
  test("is read from a laptop's files", () => {
    expect(readMachineFacts(filesOf(laptop))).toEqual({
      hasProc: true,
      allowedCpus: [0, 1, 2, 3],
      governors: ["powersave"],
      boost: true,
      isVirtual: false,
      clockSource: "tsc",
      siblings: ["0,2", "1,3"],
      load1: 3.52,
      memoryFreeRatio: 0.075,
      swapUsedBytes: 1_024_000_000,
      openFilesLimit: 1024,
      hugePages: "always",
      tracerPid: 0,
    });
  });

  test("is read from a container's files", () => {
    expect(readMachineFacts(filesOf(container))).toEqual({
      hasProc: true,
      quotaCores: 1.5,
      allowedCpus: [0, 1, 2, 3, 4, 5, 6, 7, 16],
      openFilesLimit: Number.POSITIVE_INFINITY,
      tracerPid: 0,
    });
  });

  test("takes the least of the limits of all groups above the process", () => {
    expect(readQuotaCores(filesOf(virtual))).toBe(0.5);
    const nested = {
      ...container,
      "/proc/self/cgroup": "0::/a/b\n",
      "/sys/fs/cgroup/a/cpu.max": "max 100000\n",
    };
    expect(readQuotaCores(filesOf(nested))).toBe(1.5);
  });

  test("counts a group once that two folders lead to", () => {
    const linked = {
      "/proc/self/cgroup": "2:cpu,cpuacct:/\n",
      "/sys/fs/cgroup/cpu/cpu.stat": "nr_periods 9\nnr_throttled 4\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.stat": "nr_periods 9\nnr_throttled 4\n",
    };
    expect(readThrottledPeriods(filesOf(linked))).toBe(4);
  });

  test("is nothing but that there is no /proc where there is none", () => {
    expect(readMachineFacts(filesOf({}))).toEqual({ hasProc: false });
  });
});

describe("counters", () => {
  test("leave guest time out, which is part of user time", () => {
    const ticks = parseCpuTicks("cpu  100 10 50 800 20 1 2 17 60 5\n");
    expect(ticks).toEqual({ busy: 163, steal: 17, total: 1000 });
  });
});

/** A line of `/proc/PID/stat`. */
function processLine(
  pid: number,
  parent: number,
  name: string,
  ticks: number,
  ended = 0,
  startedAt = 5,
): string {
  const between = "1 1 0 -1 0 0 0 0 0";
  return `${pid} (${name}) S ${parent} ${between} ${ticks} 0 ${ended} 0 20 0 1 0 ${startedAt} 0 0`;
}

describe("what went on between two samples", () => {
  const before = takeMachineSample(
    filesOf({
      ...container,
      "/proc/stat": "cpu 1000 0 0 9000 0 0 0 0 0 0\n",
      "/proc/10/stat": processLine(10, 1, "node", 100),
      "/proc/11/stat": processLine(11, 10, "node", 50),
      "/proc/12/stat": processLine(12, 1, "backup", 300),
      "/proc/13/stat": processLine(13, 1, "old", 900),
      "/proc/vmstat": "pswpin 3\npswpout 4\n",
      "/proc/pressure/cpu": "some avg10=1.35 avg60=1.43 avg300=0.78 total=1000000\nfull avg10=0.00 total=0\n",
    }),
    0,
  );
  const after = takeMachineSample(
    filesOf({
      // 2 cores for 10 s are 2000 ticks: 700 busy, 100 stolen.
      "/proc/stat": "cpu 1700 0 0 10200 0 0 0 100 0 0\n",
      // The child 11 ended with 250 ticks, and 14 began.
      "/proc/10/stat": processLine(10, 1, "node", 110, 250),
      "/proc/14/stat": processLine(14, 10, "node", 90),
      "/proc/12/stat": processLine(12, 1, "backup", 650),
      // Another process under a number that was used before.
      "/proc/13/stat": processLine(13, 1, "cron", 30, 0, 77),
      "/proc/vmstat": "pswpin 5\npswpout 10\n",
      "/proc/pressure/cpu": "some avg10=1.35 avg60=1.43 avg300=0.78 total=3500000\n",
      "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/cpu.stat": "nr_throttled 9\n",
    }),
    10e6,
  );

  test("leaves out what our own process and its children used, also those that ended", () => {
    const stat = { ...before, cpu: { busy: 1000, steal: 0, total: 10_000 } };
    // Ours: 10 of its own, 250 - 50 of the child that ended, 90 of the one that began.
    expect(compareSamples(stat, after, 10)).toMatchObject({ otherCpuRatio: 0.2, stealRatio: 0.05 });
  });

  test("names the busiest others, and does not take a new process for the old one of its number", () => {
    expect(compareSamples(before, after, 10).busiest).toEqual([
      { pid: 12, name: "backup", cores: 0.35 },
      { pid: 13, name: "cron", cores: 0.03 },
    ]);
  });

  test("counts children that came and went with the one that started them", () => {
    const start = filesOf({
      "/proc/20/stat": processLine(20, 1, "make", 5, 100),
      // These used 400 and 600 ticks before, which the one above answers for when they end.
      "/proc/21/stat": processLine(21, 20, "cc", 400),
      "/proc/22/stat": processLine(22, 21, "as", 600),
    });
    const end = filesOf({ "/proc/20/stat": processLine(20, 1, "make", 10, 1900) });
    const activity = compareSamples(takeMachineSample(start, 0), takeMachineSample(end, 10e6), 10);
    expect(activity.busiest).toEqual([{ pid: 20, name: "make", cores: 0.805 }]);
  });

  test("tells of throttling, swapping and waiting for a CPU", () => {
    expect(compareSamples(before, after, 10)).toMatchObject({
      tookMs: 10_000,
      throttledPeriods: 2,
      swappedPages: 8,
      cpuWaitRatio: 0.25,
    });
  });

  test("is only that time passed where nothing can be read", () => {
    const nothing = filesOf({});
    const activity = compareSamples(takeMachineSample(nothing, 0), takeMachineSample(nothing, 2e6), 10);
    expect(activity).toEqual({ tookMs: 2000, busiest: [] });
  });
});

test.runIf(process.platform === "linux")("this machine's own files are understood", () => {
  const facts = readMachineFacts(systemFiles);
  expect(facts).toMatchObject({ hasProc: true, tracerPid: 0 });
  expect(facts.allowedCpus?.length).toBeGreaterThan(0);
  const sample = takeMachineSample(systemFiles, 0);
  expect(sample.processes.get(process.pid)).toMatchObject({ pid: process.pid, parent: process.ppid });
  expect(sample.cpu?.total).toBeGreaterThan(sample.cpu?.busy ?? Number.NaN);
});
