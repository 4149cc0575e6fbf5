import { formatDuration } from "../../../base/units.ts";
import type { BreakerCondition, NetworkCourse } from "../../../measure/network-course.ts";

/** A time in which a breaker was in one state. */
export interface BreakerSpan {
  readonly breaker: string;
  readonly state: BreakerCondition;
  readonly fromMs: number;
  readonly toMs: number;
  /** Why it came into the state; empty of the first one. */
  readonly reason: string;
}

/** From what nobody need look at to what everybody should. */
const severity: readonly BreakerCondition[] = ["closed", "recovering", "half_open", "degraded", "open"];

/** A state as people say it. */
export function stateWord(state: BreakerCondition): string {
  return state.replace("_", "-");
}

/** How the states of one breaker followed each other from the start of the trial to `endMs`. */
export function spansOf({ turns }: NetworkCourse, breaker: string, endMs: number): readonly BreakerSpan[] {
  const own = turns.filter((turn) => turn.breaker === breaker && turn.atMs < endMs);
  const starts = [{ breaker, state: "closed" as const, reason: "", atMs: 0 }, ...own];
  return starts.flatMap(({ state, reason, atMs }, i) => {
    const [fromMs, toMs] = [Math.max(0, atMs), Math.max(0, starts[i + 1]?.atMs ?? endMs)];
    return toMs > fromMs ? [{ breaker, state, reason, fromMs, toMs }] : [];
  });
}

/** The worst state that a breaker came to. */
export function worstOf(spans: readonly BreakerSpan[]): BreakerCondition {
  return spans.reduce<BreakerCondition>(
    (worst, { state }) => (severity.indexOf(state) > severity.indexOf(worst) ? state : worst),
    "closed",
  );
}

/**
 * Spans of which each is at least `leastMs` long, so that none is too short to be seen and a breaker that flutters is not
 * drawn a thousand times: of short ones that follow each other the first is kept, in the worst of their states, and it
 * takes what it lacks from the next. What follows in the same state is one with it.
 */
export function visibleSpans(spans: readonly BreakerSpan[], leastMs: number): readonly BreakerSpan[] {
  const kept: BreakerSpan[] = [];
  for (const span of spans) {
    const last = kept.at(-1);
    const lacks = last === undefined ? 0 : Math.max(0, last.fromMs + leastMs - last.toMs);
    if (last?.state === span.state) kept.splice(-1, 1, { ...last, toMs: span.toMs });
    else if (last === undefined || lacks === 0) kept.push(span);
    else if (span.toMs - span.fromMs > lacks) {
      const edge = last.toMs + lacks;
      kept.splice(-1, 1, { ...last, toMs: edge }, { ...span, fromMs: edge });
    } else kept.splice(-1, 1, { ...last, state: worstOf([last, span]), toMs: span.toMs });
  }
  return kept;
}

/** How long a breaker was in each state but closed: `open 2.1 s, half-open 30 ms`. */
export function timesIn(spans: readonly BreakerSpan[]): string {
  const shown = severity.toReversed().flatMap((state) => {
    const ms = spans.reduce((sum, span) => sum + (span.state === state ? span.toMs - span.fromMs : 0), 0);
    return state === "closed" || ms === 0 ? [] : [`${stateWord(state)} ${formatDuration(ms * 1000)}`];
  });
  return shown.length === 0 ? "always closed" : shown.join(", ");
}
