import fc from "fast-check";
import { expect, test } from "vitest";
import { type Bulkhead, createBulkhead, type Ticket } from "../../../src/engine/resilience/bulkhead.ts";

interface TestTicket extends Ticket {
  readonly name: string;
}

/** A ticket that writes into `log` when it is let in or too late. */
function createTicket(
  name: string,
  key: string,
  log: string[],
  deadlineMicros = Number.POSITIVE_INFINITY,
): TestTicket {
  return {
    name,
    key,
    deadlineMicros,
    place: "outside",
    sinceMicros: 0,
    before: undefined,
    after: undefined,
    admitted: () => void log.push(name),
    missed: () => void log.push(`${name} late`),
  };
}

/** Fills all places, and measures a mean time inside of `meanMicros`. */
function fill(bulkhead: Bulkhead, running: number, meanMicros = 0): TestTicket[] {
  const inside = Array.from({ length: running }, (_, i) => createTicket(`inside ${i}`, "", []));
  for (const ticket of inside) bulkhead.enter(ticket, 0);
  for (const ticket of inside) bulkhead.leave(ticket, meanMicros);
  for (const ticket of inside) bulkhead.enter(ticket, meanMicros);
  return inside;
}

test("a bulkhead is never over its limits, lets everybody in who waits, and frees each place once", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("enter" as const), key: fc.constantFrom("", "a", "b", "c") }),
    fc.record({ kind: fc.constant("leave" as const), pick: fc.nat(1000), twice: fc.boolean() }),
  );
  const limits = fc.record({ maxRunning: fc.integer({ min: 1, max: 4 }), maxQueued: fc.nat(6) });
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 150 }), (settings, steps) => {
      const bulkhead = createBulkhead("db", settings);
      const all: TestTicket[] = [];
      const admitted: string[] = [];
      for (const [at, each] of steps.entries()) {
        if (each.kind === "enter") {
          const ticket = createTicket(`${at}`, each.key, admitted);
          const refusal = bulkhead.enter(ticket, at);
          expect(refusal === undefined).toBe(ticket.place !== "outside");
          all.push(ticket);
        } else if (all.length > 0) {
          const ticket = all[each.pick % all.length];
          if (ticket === undefined) continue;
          bulkhead.leave(ticket, at);
          if (each.twice) bulkhead.leave(ticket, at);
        }
        const { running, queued } = bulkhead.counts();
        expect(running).toBe(all.filter(({ place }) => place === "inside").length);
        expect(queued).toBe(all.filter(({ place }) => place === "queued").length);
        expect(running).toBeLessThanOrEqual(settings.maxRunning);
        expect(queued).toBeLessThanOrEqual(settings.maxQueued);
        if (queued > 0) expect(running).toBe(settings.maxRunning);
      }
      expect(new Set(admitted).size).toBe(admitted.length);
    }),
  );
});

test("a key that waits is served again only after every other key that waits, whatever they have queued", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 40 }), (keys) => {
      const bulkhead = createBulkhead("db", { maxRunning: 1, maxQueued: 1000 });
      let [inside] = fill(bulkhead, 1);
      const served: string[] = [];
      const tickets = keys.map((key, at) => createTicket(`${key}${at}`, key, served));
      for (const ticket of tickets) expect(bulkhead.enter(ticket, 0)).toBeUndefined();
      for (let i = 0; i < keys.length; i++) {
        if (inside !== undefined) bulkhead.leave(inside, 0);
        inside = tickets.find(({ place }) => place === "inside");
      }
      const order = served.map((name) => name.slice(0, 1));
      expect(served).toHaveLength(keys.length);
      for (const [at, key] of order.entries()) {
        const next = order.indexOf(key, at + 1);
        const between = order.slice(at + 1, next < 0 ? order.length : next);
        if (next >= 0)
          expect(new Set(between)).toEqual(new Set(order.slice(at + 1).filter((each) => each !== key)));
      }
      for (const key of "abcd") {
        const own = served.filter((name) => name.startsWith(key)).map((name) => Number(name.slice(1)));
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }),
  );
});

test("one key cannot take the whole queue, and calls without a key can", () => {
  const full = (key: string): Bulkhead => {
    const bulkhead = createBulkhead("db", { maxRunning: 1, maxQueued: 10 });
    fill(bulkhead, 1);
    for (let i = 0; i < 20; i++) bulkhead.enter(createTicket(`${i}`, key, []), 0);
    return bulkhead;
  };
  expect(full("").counts().queued).toBe(10);
  const greedy = full("greedy");
  expect(greedy.counts().queued).toBe(5);
  const refusal = greedy.enter(createTicket("more", "greedy", []), 0);
  expect(refusal?.message).toBe(
    "db is not called: there is no room beside 1 running and 5 waiting, 5 of them for greedy; try again later",
  );
  expect(greedy.enter(createTicket("other", "modest", []), 0)).toBeUndefined();
});

test("a call whose wait would outlast its deadline is refused at once", () => {
  const bulkhead = createBulkhead("db", { maxRunning: 2, maxQueued: 100 });
  fill(bulkhead, 2, 10_000);
  const now = 10_000;
  for (let i = 0; i < 3; i++) bulkhead.enter(createTicket(`${i}`, "", []), now);
  // Three are ahead, and two leave every 10 ms: about 20 ms.
  const refusal = bulkhead.enter(createTicket("hasty", "", [], now + 19_000), now);
  expect(refusal?.message).toBe(
    "db is not called: the wait would be about 20\u202fms, and the call has only 19\u202fms left; try again later",
  );
  expect(bulkhead.enter(createTicket("patient", "", [], now + 21_000), now)).toBeUndefined();
  expect(bulkhead.counts()).toMatchObject({ queued: 4, refusedLate: 1 });
});

test("a new key waits for its turn only, not for all that another has queued", () => {
  const bulkhead = createBulkhead("db", { maxRunning: 1, maxQueued: 100 });
  fill(bulkhead, 1, 10_000);
  for (let i = 0; i < 30; i++) bulkhead.enter(createTicket(`${i}`, "a", []), 10_000);
  expect(bulkhead.enter(createTicket("hasty", "a", [], 50_000), 10_000)?.code).toBe("rejected");
  expect(bulkhead.enter(createTicket("hasty", "b", [], 50_000), 10_000)).toBeUndefined();
});

test("who has missed its deadline in the queue is passed over", () => {
  const bulkhead = createBulkhead("db", { maxRunning: 1 });
  const [inside] = fill(bulkhead, 1);
  const log: string[] = [];
  bulkhead.enter(createTicket("first", "", log, 500), 0);
  bulkhead.enter(createTicket("second", "", log, 5000), 0);
  if (inside !== undefined) bulkhead.leave(inside, 1000);
  expect(log).toEqual(["first late", "second"]);
  expect(bulkhead.counts()).toMatchObject({ running: 1, queued: 0 });
});

test("a thousand that leave as soon as they are let in do so one after the other", () => {
  const bulkhead = createBulkhead("db", { maxRunning: 1, maxQueued: 20_000 });
  const [inside] = fill(bulkhead, 1);
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < 10_000; i++) {
    const ticket: TestTicket = {
      ...createTicket(`${i}`, "", []),
      admitted: (now) => {
        deepest = Math.max(deepest, ++depth);
        bulkhead.leave(ticket, now);
        depth--;
      },
    };
    bulkhead.enter(ticket, 0);
  }
  if (inside !== undefined) bulkhead.leave(inside, 0);
  expect(deepest).toBe(1);
  expect(bulkhead.counts()).toMatchObject({ running: 0, queued: 0 });
});
