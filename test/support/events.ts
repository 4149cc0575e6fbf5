import type { PreparedEvent } from "../../src/engine/store.ts";

/** Events with ids `e-0`, `e-1` … whose optional fields are there for some and missing for others. */
export function preparedEvents(count: number, prefix = "e-", dataCharacters = 10): PreparedEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const data = { n: i, text: "ü".repeat(dataCharacters) };
    return {
      id: `${prefix}${i}`,
      topic: i % 3 === 0 ? "orders.created" : "orders.paid",
      timeMs: 1_767_225_600_000 + i,
      key: i % 2 === 0 ? `key-${i}` : undefined,
      correlationId: i % 4 === 0 ? "request-1" : undefined,
      causationId: undefined,
      idempotencyKey: i % 5 === 0 ? `once-${prefix}${i}` : undefined,
      data,
      json: JSON.stringify(data),
    };
  });
}
