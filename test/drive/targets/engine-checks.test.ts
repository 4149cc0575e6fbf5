import { describe, expect, test } from "vitest";
import { checkDelivery, checkStore, createLedger } from "../../../src/drive/targets/engine-checks.ts";
import { createKeys } from "../../../src/drive/targets/engine-keys.ts";
import { operationOf } from "../../../src/drive/targets/engine-load.ts";
import type { StoredEvent } from "../../../src/engine/store.ts";

/** What a store gives that holds just these events, as a broken store would, and one of somebody else's. */
async function* holding(numbers: readonly number[]): AsyncGenerator<readonly StoredEvent[]> {
  yield [
    ...numbers.map((n) => ({ topic: "load.a", data: `${n}:xxx` })),
    { topic: "other", data: "7:xxx" },
  ].map((event) => event as StoredEvent);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

async function verdicts(
  acknowledged: readonly number[],
  stored: readonly number[],
  isTrimmed: boolean,
): Promise<string[]> {
  const ledger = createLedger();
  for (const n of acknowledged) ledger.acknowledged(n);
  const checks = await checkStore(holding(stored), ledger, { operationOf, isTrimmed });
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
}

describe("the check of a store", () => {
  test.each([
    ["all is well", upTo(100), upTo(100), []],
    ["an event is there that was never acknowledged", upTo(99), upTo(100), []],
    ["the first one is lost", upTo(100), upTo(100).slice(1), [/nothing lost: 1 of 100/]],
    ["one in the middle is lost", upTo(100), upTo(100).toSpliced(50, 1), [/nothing lost: 1 of 100/]],
    ["the last one is lost", upTo(100), upTo(99), [/nothing lost: 1 of 100/]],
    ["all are lost", upTo(100), [], [/nothing lost: 100 of 100/]],
    ["one is there twice", upTo(100), [...upTo(100), 99], [/nothing stored twice: 1 of/]],
    ["two have changed places", upTo(4), [0, 2, 1, 3], [/order kept: 1 of 4/]],
  ])("where %s", async (_, acknowledged, stored, complaints) => {
    const found = await verdicts(acknowledged, stored, false);
    expect(found).toHaveLength(complaints.length);
    for (const [i, complaint] of complaints.entries()) expect(found[i]).toMatch(complaint);
  });

  test("takes old events that are gone for trimmed only where the store is trimmed", async () => {
    expect(await verdicts(upTo(100), upTo(100).slice(60), true)).toEqual([]);
    expect(await verdicts(upTo(100), upTo(100).slice(60), false)).toHaveLength(1);
  });

  test("counts what is lost and what is there twice, for targets to name", async () => {
    const ledger = createLedger();
    for (const n of upTo(9)) ledger.acknowledged(n);
    const checks = await checkStore(holding([0, 1, 2, 2, 5]), ledger, { operationOf, isTrimmed: false });
    const figures = checks.flatMap(({ figure }) => (figure === undefined ? [] : [figure]));
    expect(figures).toEqual([
      { name: "lost", value: 5 },
      { name: "duplicates", value: 1 },
    ]);
  });

  test("remembers numbers of any size", () => {
    const ledger = createLedger();
    for (const n of [0, 7, 8, 1_000_003]) ledger.acknowledged(n);
    expect([0, 1, 7, 8, 1_000_003, 1_000_004].map((n) => ledger.has(n))).toEqual([
      true,
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("the check of the delivery", () => {
  const fine = { published: 9, delivered: [9, 9], handlerErrors: 0, askedErrors: 0, deadLetters: {} };
  test.each([
    ["each handler got each event", fine, true],
    ["a handler missed one", { ...fine, delivered: [9, 8] }, false],
    ["a handler failed", { ...fine, handlerErrors: 1 }, false],
    [
      "handlers failed because the scenario asked for it",
      { ...fine, handlerErrors: 3, askedErrors: 3 },
      true,
    ],
    ["the engine came to its end before", { ...fine, ended: "the engine's process ended" }, false],
  ])("where %s", (_, report, ok) => {
    expect(checkDelivery(report).ok).toBe(ok);
  });
});

describe("keys", () => {
  const shares = (keyOf: (n: number) => string): Map<string, number> => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 65_536; n++) counts.set(keyOf(n), (counts.get(keyOf(n)) ?? 0) + 1 / 65_536);
    return counts;
  };

  test("drawn by Zipf's law have its shares", () => {
    const counts = shares(createKeys({ distribution: "zipf", count: 100, exponent: 1 }, 1));
    const harmonic = Array.from({ length: 100 }, (_, k) => 1 / (k + 1)).reduce((a, b) => a + b);
    expect(Math.abs((counts.get("key-0") ?? 0) - 1 / harmonic)).toBeLessThan(0.01);
    expect(Math.abs((counts.get("key-9") ?? 0) - 0.1 / harmonic)).toBeLessThan(0.005);
  });

  test("drawn uniformly are all as frequent, and the same for the same seed", () => {
    const keyOf = createKeys({ distribution: "uniform", count: 16 }, 5);
    for (const share of shares(keyOf).values()) expect(Math.abs(share - 1 / 16)).toBeLessThan(0.005);
    expect(keyOf(12_345)).toBe(createKeys({ distribution: "uniform", count: 16 }, 5)(12_345));
  });
});
