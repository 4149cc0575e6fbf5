import { describe, expect, test } from "vitest";
import { checkActivity, type Seen } from "../../../src/judge/doctor/check-activity.ts";
import { checkMachine } from "../../../src/judge/doctor/check-machine.ts";
import { checkProcess, type ProcessView } from "../../../src/judge/doctor/check-process.ts";
import type { Finding } from "../../../src/measure/doctor-result.ts";
import { type MachineFacts, readMachineFacts } from "../../../src/measure/machine/machine-facts.ts";
import { container, filesOf, laptop, virtual } from "../../support/machines.ts";

const levels = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(findings.map(({ name, level }) => [name, level]));

describe("a machine", () => {
  test("that is a laptop is warned of its governor, load, memory and open files", () => {
    const findings = checkMachine({ facts: readMachineFacts(filesOf(laptop)), cores: 4 });
    expect(levels(findings)).toEqual({
      cores: "ok",
      "threads of a core": "note",
      "clock rate": "warn",
      turbo: "note",
      "clock source": "ok",
      load: "warn",
      memory: "warn",
      swap: "note",
      "open files": "warn",
      "huge pages": "note",
    });
    expect(findings.find(({ name }) => name === "clock rate")).toMatchObject({
      value: "powersave",
      sentence: expect.stringContaining("cpupower frequency-set -g performance"),
    });
  });

  test("is bad where a container leaves it less than two cores, however many the host has", () => {
    const [cores] = checkMachine({ facts: readMachineFacts(filesOf(container)), cores: 9 });
    expect(cores).toMatchObject({ name: "cores", level: "bad", value: "1.5 (limit of the container)" });
    expect(cores?.sentence).toContain("Give the container at least 2");
  });

  test("that is virtual cannot show its clock rate; a slow clock and two threads of one core are warned of", () => {
    const findings = checkMachine({ facts: readMachineFacts(filesOf(virtual)), cores: 2 });
    expect(levels(findings)).toMatchObject({
      cores: "bad",
      "clock rate": "note",
      "threads of a core": "warn",
      "clock source": "warn",
    });
  });

  test("without /proc has its cores judged, and a note on what is not known", () => {
    const findings = checkMachine({ facts: readMachineFacts(filesOf({})), cores: 8 });
    expect(levels(findings)).toEqual({ cores: "ok", system: "note" });
  });

  test.each([
    [1, "bad"],
    [2, "note"],
    [4, "ok"],
  ])("of %i cores is %s", (cores, level) => {
    expect(levels(checkMachine({ facts: { hasProc: true }, cores })).cores).toBe(level);
  });

  test("is bad while something traces the process", () => {
    const facts: MachineFacts = { hasProc: true, tracerPid: 812 };
    expect(levels(checkMachine({ facts, cores: 2 })).tracer).toBe("bad");
  });
});

describe("what went on", () => {
  const calm: Seen = {
    quiet: { tookMs: 2000, busiest: [], cpuWaitRatio: 0.001 },
    whole: {
      tookMs: 30_000,
      busiest: [],
      otherCpuRatio: 0.01,
      stealRatio: 0,
      throttledPeriods: 0,
      swappedPages: 0,
    },
    hiccups: { count: 2000, p50Micros: 60, p99Micros: 120, maxMicros: 900, lostRatio: 0 },
  };

  test("is well on a calm machine", () => {
    expect(new Set(checkActivity(calm).map(({ level }) => level))).toEqual(new Set(["ok"]));
  });

  test("names a busy neighbour", () => {
    const whole = { ...calm.whole, otherCpuRatio: 0.3, busiest: [{ pid: 9, name: "backup", cores: 0.61 }] };
    expect(checkActivity({ ...calm, whole })).toContainEqual({
      name: "neighbours",
      level: "bad",
      value: "30\u202f% of the CPU",
      sentence: "Others worked meanwhile (backup, process 9, 0.61 cores). End them, or measure elsewhere.",
    });
  });

  test("says where a neighbour cannot be named", () => {
    const whole = { ...calm.whole, otherCpuRatio: 0.1 };
    const [neighbours] = checkActivity({ ...calm, whole });
    expect(neighbours).toMatchObject({
      level: "warn",
      sentence: expect.stringContaining("other containers"),
    });
  });

  test("is bad with throttling, swapping and steal time", () => {
    const whole = { ...calm.whole, throttledPeriods: 3, swappedPages: 12, stealRatio: 0.06 };
    expect(levels(checkActivity({ ...calm, whole }))).toMatchObject({
      throttling: "bad",
      swapping: "bad",
      "steal time": "bad",
    });
  });

  test("warns of sleeps that end late", () => {
    const hiccups = { ...calm.hiccups, p99Micros: 1800, lostRatio: 0.004 };
    expect(levels(checkActivity({ ...calm, hiccups })).hiccups).toBe("warn");
  });

  test("has no finding on what cannot be seen", () => {
    const unseen = { tookMs: 1, busiest: [] };
    expect(levels(checkActivity({ ...calm, quiet: unseen, whole: unseen }))).toEqual({ hiccups: "ok" });
  });
});

describe("the process that measures", () => {
  const plain: ProcessView = {
    env: {},
    execArgv: [],
    isInspected: false,
    hasTaskset: true,
    redis: "redis-server",
  };

  test("is well without a debugger; npm run and a heap size change nothing", () => {
    const env = {
      npm_lifecycle_event: "dyno",
      NODE_OPTIONS: "--max-old-space-size=4096 --enable-source-maps",
    };
    expect(new Set(checkProcess({ ...plain, env }).map(({ level }) => level))).toEqual(new Set(["ok"]));
  });

  test.each([
    ["--inspect", "the debugger"],
    ["--inspect-brk=127.0.0.1:9229", "the debugger"],
    ["--cpu-prof", "the profiler"],
    ["--prof", "the profiler"],
    ["--trace-gc", "tracing"],
    ["--jitless", "slower code"],
  ])("is bad with %s, in NODE_OPTIONS or on the command line", (option, what) => {
    for (const view of [{ env: { NODE_OPTIONS: `--no-warnings ${option}` } }, { execArgv: [option] }]) {
      const [debugging] = checkProcess({ ...plain, ...view });
      expect(debugging).toMatchObject({ level: "bad", value: option });
      expect(debugging?.sentence).toContain(what);
    }
  });

  test("is bad with a debugger attached, and with coverage", () => {
    const view = { ...plain, isInspected: true, env: { NODE_V8_COVERAGE: "coverage" } };
    expect(levels(checkProcess(view))).toMatchObject({ debugger: "bad", coverage: "bad" });
  });

  test("has a note on a Redis and a taskset that are not there", () => {
    const { redis: _, ...without } = plain;
    expect(levels(checkProcess({ ...without, hasTaskset: false }))).toMatchObject({
      pinning: "note",
      Redis: "note",
    });
  });
});
