/** CPU time of one process, in ticks. */
export interface ProcessTicks {
  readonly pid: number;
  readonly parent: number;
  /** Its process group. */
  readonly group: number;
  /** It has ended, and nobody has asked how yet. */
  readonly isZombie: boolean;
  /** The kernel's name of it, at most 15 letters. */
  readonly name: string;
  /** When it began, in ticks since the machine did: tells a pid that is used again from the one before. */
  readonly startedAt: number;
  readonly own: number;
  /** Of its children that have ended. */
  readonly endedChildren: number;
}

/** Linux gives all programs the time in ticks of 10 ms, whatever it counts in itself (`sysconf(_SC_CLK_TCK)`). */
export const tickMicros = 10_000;

/** Reads a `/proc/PID/stat`. The name stands in parentheses and may hold spaces and parentheses itself. */
export function parseProcess(stat: string): ProcessTicks | undefined {
  const open = stat.indexOf("(");
  const close = stat.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const rest = stat.slice(close + 2).trim();
  const fields = rest.split(" ").map(Number);
  // Counted from the state, which is field 3 of proc(5): parent 4, group 5, utime 14, stime 15, cutime 16, cstime 17, start 22.
  const field = (number: number): number => fields[number - 3] ?? 0;
  return {
    pid: Number(stat.slice(0, open)),
    parent: field(4),
    group: field(5),
    isZombie: /^[ZX]/.test(rest),
    name: stat.slice(open + 1, close),
    startedAt: field(22),
    own: field(14) + field(15),
    endedChildren: field(16) + field(17),
  };
}
