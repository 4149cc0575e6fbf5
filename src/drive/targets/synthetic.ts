import { systemClock } from "../../base/clock.ts";
import { createRandom, deriveSeed } from "../../base/random.ts";
import type { Session, Target } from "../target.ts";
import type { SyntheticSettings } from "./synthetic-settings.ts";

/** A target whose latency follows a known law, so that what is measured can be held against the truth. */
export const syntheticTarget: Target<SyntheticSettings> = {
  start: async (settings, { seed }) => {
    const fire = lawOf(settings, deriveSeed(seed, "synthetic"));
    return { fire, stop: async () => [] };
  },
};

function lawOf(settings: SyntheticSettings, seed: number): Session["fire"] {
  const random = createRandom(seed);
  switch (settings.law) {
    case "noop":
      return () => undefined;
    case "fixed":
      return () => after(settings.latency);
    case "exponential":
      return () => after(settings.latency * random.exponential());
    case "queue":
      return queueLaw(() => settings.latency * random.exponential());
    case "stall":
      return stallLaw(settings.stall * 1000, settings.every * 1000);
    case "work":
      return () => work(settings.rounds);
    case "error":
      return () => {
        if (random.next() < settings.errorRatio) throw new SyntheticError("an error that was asked for");
      };
  }
}

let state = 1;

/** Rounds of a xorshift (Marsaglia 2003), each of which needs the one before: the time is in proportion to their number. */
function work(rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
}

/** The failure of the law `error`. */
class SyntheticError extends Error {
  override readonly name = "SyntheticError";
}

/** One server, first come first served: with Poisson arrivals the M/M/1 queue, whose every quantile is known. */
function queueLaw(serviceMicros: () => number): Session["fire"] {
  let freeAtMicros = 0;
  return () => {
    const now = systemClock.nowMicros();
    freeAtMicros = Math.max(now, freeAtMicros) + serviceMicros();
    return after(freeAtMicros - now);
  };
}

/** Operations that fall into the last `stallMicros` of each period are done at the period's end, the others at once. */
function stallLaw(stallMicros: number, periodMicros: number): Session["fire"] {
  let startMicros: number | undefined;
  return () => {
    const now = systemClock.nowMicros();
    startMicros ??= now;
    const inPeriod = (now - startMicros) % periodMicros;
    return inPeriod < periodMicros - stallMicros ? undefined : after(periodMicros - inPeriod);
  };
}

/** Resolves after so many microseconds: a timer for most of it, then turns of the event loop. */
function after(micros: number): Promise<void> {
  const endMicros = systemClock.nowMicros() + micros;
  return new Promise((resolve) => {
    const turn = (): void => {
      const leftMicros = endMicros - systemClock.nowMicros();
      if (leftMicros <= 0) resolve();
      else if (leftMicros > 3000) setTimeout(turn, leftMicros / 1000 - 2);
      else setImmediate(turn);
    };
    turn();
  });
}
