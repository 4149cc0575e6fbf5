import type { Finding } from "../../measure/doctor-result.ts";

/** What is known of the process that measures, and of what it can use. */
export interface ProcessView {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What Node was started with, before the script. */
  readonly execArgv: readonly string[];
  /** Whether a debugger can attach (`inspector.url()`). */
  readonly isInspected: boolean;
  /** Whether processes can be held to one core. */
  readonly hasTaskset: boolean;
  /** Where a Redis would come from: `REDIS_URL`, or a program's path; absent where there is none. */
  readonly redis?: string;
}

/** Options of Node that make every process slower that is started with them, and what they turn on. */
const slowOptions: readonly (readonly [RegExp, string])[] = [
  [/^--inspect(-brk|-wait)?(=|$)/, "the debugger"],
  [/^--(cpu-prof|prof|heap-prof)(=|$)/, "the profiler"],
  [/^--trace-(gc|opt|deopt|events?-enabled|event-categories)/, "tracing"],
  [/^--(jitless|no-opt|interpreted-frames-native-stack)$/, "slower code"],
];

/** Judges the process that measures: what slows it, and what it has at hand. */
export function checkProcess(view: ProcessView): Finding[] {
  return [debugging(view), coverage(view), pinning(view), redis(view)].filter(
    (finding) => finding !== undefined,
  );
}

function debugging({ env, execArgv, isInspected }: ProcessView): Finding {
  const name = "debugger";
  const options = [...execArgv, ...(env.NODE_OPTIONS ?? "").split(/\s+/)];
  const slow = options.flatMap((option) => {
    const found = slowOptions.find(([pattern]) => pattern.test(option));
    return found === undefined ? [] : [{ option, what: found[1] }];
  });
  const [first] = slow;
  if (first !== undefined) {
    return {
      name,
      level: "bad",
      value: [...new Set(slow.map(({ option }) => option))].join(" "),
      sentence: `Node runs with ${first.what}, and so does what it measures. Take it out of NODE_OPTIONS and of the command.`,
    };
  }
  if (isInspected) {
    const sentence = "A debugger is attached to this process. Run it without.";
    return { name, level: "bad", value: "attached", sentence };
  }
  return { name, level: "ok", value: "none", sentence: "Neither debugger nor profiler is on." };
}

function coverage({ env }: ProcessView): Finding | undefined {
  return env.NODE_V8_COVERAGE === undefined || env.NODE_V8_COVERAGE === ""
    ? undefined
    : {
        name: "coverage",
        level: "bad",
        value: "NODE_V8_COVERAGE is set",
        sentence: "Code that is counted runs slower, and otherwise. Measure without coverage.",
      };
}

function pinning({ hasTaskset }: ProcessView): Finding {
  const name = "pinning";
  return hasTaskset
    ? {
        name,
        level: "ok",
        value: "taskset",
        sentence: "The two processes of a pair can be held to one core.",
      }
    : {
        name,
        level: "note",
        value: "no taskset",
        sentence:
          "The processes of a pair move between cores, which adds noise. On Linux, install it: apt-get install util-linux.",
      };
}

function redis({ redis: source }: ProcessView): Finding {
  return source === undefined
    ? {
        name: "Redis",
        level: "note",
        value: "none",
        sentence:
          "Scenarios with a Redis cannot run: set REDIS_URL, or install redis-server (apt-get install redis-server, brew install redis).",
      }
    : { name: "Redis", level: "ok", value: source, sentence: "Scenarios with a Redis can run." };
}
