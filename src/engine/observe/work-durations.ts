import type { Clock } from "../../base/clock.ts";
import type { Scope } from "../observer.ts";
import type { EventStore } from "../store.ts";
import { createDurations, type Durations } from "./durations.ts";
import type { Labels } from "./metric-family.ts";

/** Times the engine's work. */
export interface WorkDurations {
  around<Result>(scope: Scope, work: () => Result): Result;
  /** The store, with each append timed: one of a whole batch, from sending it to its level. */
  store(store: EventStore): EventStore;
  work(): Iterable<readonly [Labels, Durations]>;
  appends(): Iterable<readonly [Labels, Durations]>;
}

/** Names told apart a kind; what comes later is counted as `other`, so that series stay bounded. */
const maxNames = 200;

/** Creates timers for handlers, steps and appends. */
export function createWorkDurations(clock: Pick<Clock, "nowMicros">): WorkDurations {
  const work = new Map<string, readonly [Labels, Durations]>();
  const appends = new Map<string, readonly [Labels, Durations]>();
  const seriesOf = (scope: Scope, outcome: "ok" | "error"): Durations => {
    const known = work.has(`${scope.kind} ${scope.name} ${outcome}`) || work.size < 2 * maxNames;
    const name = known ? scope.name : "other";
    return series(work, `${scope.kind} ${name} ${outcome}`, { kind: scope.kind, name, outcome });
  };
  return {
    around: (scope, run) =>
      timed(clock, run, (micros, isOk) => seriesOf(scope, isOk ? "ok" : "error").record(micros)),
    store: (store) =>
      timedStore(store, clock, (level) => series(appends, level, { store: store.name, level })),
    work: () => work.values(),
    appends: () => appends.values(),
  };
}

function series(all: Map<string, readonly [Labels, Durations]>, key: string, labels: Labels): Durations {
  const known = all.get(key);
  if (known !== undefined) return known[1];
  const durations = createDurations();
  all.set(key, [labels, durations]);
  return durations;
}

function timed<Result>(
  clock: Pick<Clock, "nowMicros">,
  run: () => Result,
  done: (micros: number, isOk: boolean) => void,
): Result {
  const startMicros = clock.nowMicros();
  const end = (isOk: boolean): void => done(clock.nowMicros() - startMicros, isOk);
  let result: Result;
  try {
    result = run();
  } catch (error) {
    end(false);
    throw error;
  }
  if (result instanceof Promise) {
    result.then(
      () => end(true),
      () => end(false),
    );
  } else end(true);
  return result;
}

function timedStore(
  store: EventStore,
  clock: Pick<Clock, "nowMicros">,
  durationsOf: (level: string) => Durations,
): EventStore {
  const timedAppend: EventStore["append"] = (batch, level) =>
    timed(
      clock,
      () => store.append(batch, level),
      (micros) => durationsOf(level).record(micros),
    );
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "append") return timedAppend;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
