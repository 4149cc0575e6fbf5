import { formatDuration } from "../base/units.ts";
import type { Path } from "../base/yaml.ts";
import { type Fault, labelOf, placeOf } from "./fault.ts";
import type { Phase, TargetSpec } from "./scenario.ts";

/** What is wrong with a fault, and with which of its settings. */
export interface FaultProblem {
  readonly path: Path;
  readonly message: string;
}

/** What a target's settings say that bears on faults. */
interface Settings {
  readonly store?: string;
  readonly operation?: string;
  readonly process?: string;
  readonly subscribers?: number;
  readonly groups?: readonly unknown[];
  readonly fallback?: unknown;
}

/** Finds the faults that cannot be done, or whose end could not be seen. */
export function faultProblems(
  faults: readonly Fault[],
  load: readonly Phase[],
  target: TargetSpec,
): readonly FaultProblem[] {
  return faults.flatMap((fault, i) => {
    const found = [
      timeProblem(fault, load),
      overlapProblem(fault, faults.slice(0, i)),
      placeProblem(fault, target),
    ];
    return found.flatMap((problem) =>
      problem === undefined
        ? []
        : [{ path: ["faults", i, problem.setting], message: `${fault.kind} ${problem.text}` }],
    );
  });
}

interface Found {
  readonly setting: "at" | "for" | "fault";
  readonly text: string;
}

/** Between two phases answers are waited for, so a fault that lasts from one into the next would see no load there. */
function timeProblem({ atMs, forMs }: Fault, load: readonly Phase[]): Found | undefined {
  let endMs = 0;
  for (const { phase, durationMs } of load) {
    endMs += durationMs;
    if (atMs >= endMs) continue;
    if (atMs + forMs <= endMs) return undefined;
    return {
      setting: "for",
      text: `lasts until ${time(atMs + forMs)}, and the phase ${phase} ends at ${time(endMs)}: let it end within the phase`,
    };
  }
  return { setting: "at", text: `begins at ${time(atMs)}, and the load ends at ${time(endMs)}` };
}

function overlapProblem(fault: Fault, before: readonly Fault[]): Found | undefined {
  const other = before.find(
    (one) =>
      fault.atMs < one.atMs + one.forMs &&
      one.atMs < fault.atMs + fault.forMs &&
      (one.kind === fault.kind || (placeOf(one.kind) === "redis" && placeOf(fault.kind) === "redis")),
  );
  if (other === undefined) return undefined;
  const until = `from ${time(other.atMs)} to ${time(other.atMs + other.forMs)}`;
  return {
    setting: "at",
    text: `overlaps the ${labelOf(other)} ${until}: one must end before the other begins`,
  };
}

function placeProblem({ kind }: Fault, target: TargetSpec): Found | undefined {
  const text = targetProblem(kind, target);
  return text === undefined ? undefined : { setting: "fault", text };
}

function targetProblem(kind: Fault["kind"], { kind: target, settings }: TargetSpec): string | undefined {
  if (target === "engine") return engineProblem(kind, settings as Settings);
  if (!kind.startsWith("handler-")) return `needs the target kind: engine, not ${target}`;
  return target === "calls" ? undefined : `needs the target kind: engine or kind: calls, not ${target}`;
}

function engineProblem(kind: Fault["kind"], settings: Settings): string | undefined {
  const { store = "auto", operation = "publish", subscribers = 0, groups = [] } = settings;
  if (placeOf(kind) !== "target") return store === "redis" ? undefined : `needs store: redis, not ${store}`;
  if (kind === "spool-full") {
    return settings.fallback === undefined ? "needs a spool, and this target has none (fallback)" : undefined;
  }
  if (kind === "engine-kill") {
    if (settings.process === "same") return "needs process: separate: the engine cannot be killed alone";
    if (operation !== "publish") return `needs operation: publish, not ${operation}`;
    return store === "log" || store === "redis"
      ? undefined
      : `needs store: log or store: redis, not ${store}`;
  }
  return subscribers + groups.length > 0
    ? undefined
    : "needs handlers to fail: give subscribers: 1, or groups";
}

function time(ms: number): string {
  return formatDuration(ms * 1000);
}
