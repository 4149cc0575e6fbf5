import { systemClock } from "../../src/base/clock.ts";
import { resolveKnobs } from "../../src/engine/config.ts";
import { openLogStore } from "../../src/engine/stores/log.ts";
import { preparedEvents } from "./events.ts";

// Appends without end and tells its parent the id of each event once it is durable, until it is killed.
const store = await openLogStore(
  { kind: "log", dir: process.argv[2] ?? "" },
  { knobs: resolveKnobs({ segmentBytes: 65_536 }), clock: systemClock },
);
for (let n = 0; ; n += 8) {
  const batches = Array.from({ length: 8 }, (_, i) => preparedEvents(1, `e${n + i}-`));
  await Promise.all(
    batches.map(async (batch) => {
      await store.append(batch, "durable");
      process.send?.(batch[0]?.id);
    }),
  );
}
