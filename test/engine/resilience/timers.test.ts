import fc from "fast-check";
import { expect, test } from "vitest";
import { createManualClock, systemClock } from "../../../src/base/clock.ts";
import { type Alarm, createTimers, type WakeTimer } from "../../../src/engine/resilience/timers.ts";

interface Probe extends Alarm {
  readonly rungAtMicros: number[];
}

function probe(holdsProcess = false): Probe {
  const rungAtMicros: number[] = [];
  return { dueMicros: 0, slot: -1, holdsProcess, rungAtMicros, ring: (now) => void rungAtMicros.push(now) };
}

test("alarms ring once, in the order in which they are due, and not at all when cancelled", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), at: fc.nat(29), inMs: fc.nat(50) }),
    fc.record({ kind: fc.constant("cancel" as const), at: fc.nat(29) }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(5) }),
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 300 }), (steps) => {
      const clock = createManualClock();
      const timers = createTimers({ clock, wake: () => undefined });
      const due = new Map<number, number>();
      const rung: number[] = [];
      const alarms = Array.from(
        { length: 30 },
        (_, at): Alarm => ({
          dueMicros: 0,
          slot: -1,
          holdsProcess: at % 2 === 0,
          ring: (now) => {
            expect(due.get(at)).toBeLessThanOrEqual(now);
            rung.push(due.get(at) ?? Number.NaN);
            due.delete(at);
          },
        }),
      );
      for (const each of steps) {
        const alarm = "at" in each ? alarms[each.at] : undefined;
        if (each.kind === "set" && alarm !== undefined) {
          due.set(each.at, clock.nowMicros() + each.inMs * 1000);
          timers.set(alarm, clock.nowMicros() + each.inMs * 1000);
        } else if (each.kind === "cancel" && alarm !== undefined) {
          due.delete(each.at);
          timers.cancel(alarm);
        } else if (each.kind === "wait") {
          clock.advanceMs(each.ms);
          rung.length = 0;
          timers.turn();
          expect(rung).toEqual(rung.toSorted((a, b) => a - b));
        }
        const open = [...due.values()];
        expect(timers.nextMicros()).toBe(Math.min(...open));
        if (each.kind === "wait") expect(open.every((at) => at > clock.nowMicros())).toBe(true);
      }
    }),
  );
});

test("one timer of the process is enough: it is set anew only for an alarm that is due sooner", () => {
  const clock = createManualClock();
  const delaysMs: number[] = [];
  let turn = (): void => undefined;
  const timers = createTimers({
    clock,
    wake: (onWake, delayMs) => {
      turn = onWake;
      delaysMs.push(delayMs);
      return undefined;
    },
  });
  const [first, second, third] = [probe(), probe(), probe()];
  timers.set(first, 10_000);
  timers.set(second, 30_000);
  timers.set(third, 5000);
  timers.cancel(third);
  expect(delaysMs).toEqual([10, 5]);
  clock.advanceMs(5);
  turn();
  expect(delaysMs).toEqual([10, 5, 5]);
  clock.advanceMs(25);
  turn();
  expect([first, second, third].map(({ rungAtMicros }) => rungAtMicros)).toEqual([[30_000], [30_000], []]);
  expect(delaysMs).toHaveLength(3);
});

test("the process is held exactly while an alarm is set that somebody waits for", () => {
  let holds = true;
  const timer: WakeTimer = {
    ref: () => {
      holds = true;
    },
    unref: () => {
      holds = false;
    },
  };
  const timers = createTimers({ clock: createManualClock(), wake: () => timer });
  const [breaker, call] = [probe(), probe(true)];
  timers.set(breaker, 1000);
  expect(holds).toBe(false);
  timers.set(call, 2000);
  expect(holds).toBe(true);
  timers.set(call, 3000);
  expect(holds).toBe(true);
  timers.cancel(call);
  timers.cancel(call);
  expect(holds).toBe(false);
});

test("alarms ring by the timer of the process", async () => {
  const timers = createTimers({ clock: systemClock });
  const rung = await new Promise<string[]>((resolve) => {
    const order: string[] = [];
    const now = systemClock.nowMicros();
    const later = { ...probe(true), ring: () => resolve([...order, "later"]) };
    const sooner = { ...probe(true), ring: () => void order.push("sooner") };
    timers.set(later, now + 3000);
    timers.set(sooner, now + 1000);
  });
  expect(rung).toEqual(["sooner", "later"]);
});
