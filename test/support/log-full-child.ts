import { systemClock } from "../../src/base/clock.ts";
import { DynoError } from "../../src/base/errors.ts";
import { resolveKnobs } from "../../src/engine/config.ts";
import { openLogStore } from "../../src/engine/stores/log.ts";
import { preparedEvents } from "./events.ts";

// Appends large batches until the file may not grow any more, then a small one, and prints what it heard.
const store = await openLogStore(
  { kind: "log", dir: process.argv[2] ?? "" },
  { knobs: resolveKnobs(), clock: systemClock },
);
const acknowledged: string[] = [];
let refusal: unknown;
for (let i = 0; refusal === undefined; i++) {
  try {
    await store.append(preparedEvents(1, `large-${i}-`, 1000), "durable");
    acknowledged.push(`large-${i}-0`);
  } catch (error) {
    refusal = error instanceof DynoError ? error.code : String(error);
  }
}
await store.append(preparedEvents(1, "small-", 1), "durable");
acknowledged.push("small-0");
await store.close();
process.stdout.write(JSON.stringify({ refusal, acknowledged }));
