import { readFileSync } from "node:fs";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** What this process used since the last reading, and what it holds now. */
export interface ResourceReading {
  /** User and system time of all its threads. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** How late timers were, in microseconds. */
  readonly loopLagMaxMicros: number;
  readonly loopLagP99Micros: number;
}

/** Reads what this process uses. */
export interface ResourceMeter {
  take(): ResourceReading;
  close(): void;
}

/** The event loop is asked this often; Node's monitor counts the wait itself as delay, so it is subtracted. */
const loopResolutionMs = 5;

/** Starts to watch this process. */
export function startResourceMeter(): ResourceMeter {
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  loop.enable();
  let before = process.cpuUsage();
  return {
    take: () => {
      const cpu = process.cpuUsage(before);
      before = process.cpuUsage();
      const { rss, heapUsed } = process.memoryUsage();
      const reading = {
        cpuMicros: cpu.user + cpu.system,
        rssBytes: rss,
        heapBytes: heapUsed,
        loopLagMaxMicros: lateMicros(loop, loop.max),
        loopLagP99Micros: lateMicros(loop, loop.percentile(99)),
      };
      loop.reset();
      return reading;
    },
    close: () => loop.disable(),
  };
}

function lateMicros(loop: IntervalHistogram, nanos: number): number {
  return loop.count === 0 ? 0 : Math.max(0, nanos / 1000 - loopResolutionMs * 1000);
}

/** Milliseconds that the hypervisor took from this machine since it began, over all cores; undefined where the kernel does not say. */
export function readStealMs(): number | undefined {
  try {
    // cpu user nice system idle iowait irq softirq steal …, in ticks of 10 ms (proc(5)).
    const ticks = readFileSync("/proc/stat", "utf8").split("\n")[0]?.trim().split(/\s+/)[8];
    return ticks === undefined ? undefined : Number(ticks) * 10;
  } catch {
    return undefined;
  }
}
