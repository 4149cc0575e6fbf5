import { createEngine } from "../../src/engine/create-engine.ts";

/**
 * Publishes without end, numbered from where its parent says, and tells it each number once it is acknowledged and how
 * much waits in the spool, until it is killed.
 */
const [url = "", stream = "", dir = "", first = "0"] = process.argv.slice(2);
const engine = await createEngine({
  store: { kind: "redis", url, stream },
  fallback: { kind: "spool", dir, afterMs: 100 },
  level: "durable",
  knobs: { maxBatch: 8 },
});
for (let n = Number(first); ; n += 16) {
  const numbers = Array.from({ length: 16 }, (_, i) => n + i);
  await Promise.all(
    numbers.map(async (data) => {
      const event = { topic: "child", data, idempotencyKey: String(data) };
      const { at, duplicate } = await engine.publish(event, { level: "durable" });
      process.send?.({ n: data, at, duplicate, waiting: engine.counters().spool_waiting });
    }),
  );
}
