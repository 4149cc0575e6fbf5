import { DynoError, messageOf } from "../base/errors.ts";
import { conductTrial } from "./conduct-trial.ts";
import { createFaultLine } from "./fault-line.ts";
import type { FromChild, ToChild } from "./trial-messages.ts";

// The entry of the fresh process that runs one trial. It takes one `start`, perhaps a `stop`, and ends by itself.
const abort = new AbortController();
const send = (message: FromChild): void => {
  if (process.connected) process.send?.(message);
};

const faults = createFaultLine(send);

// Dyno is gone: nobody will hear the result, and no process may be left behind.
process.on("disconnect", () => process.exit(1));
// Ctrl-C reaches the whole group; dyno decides what it means, and says `stop`.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => abort.abort());

process.on("message", (message: ToChild) => {
  if (message.type === "stop") abort.abort();
  else if (message.type === "start") void start(message.spec);
  else faults.take(message);
});

async function start(spec: Extract<ToChild, { type: "start" }>["spec"]): Promise<void> {
  try {
    const result = await conductTrial(spec, { send, faults, signal: abort.signal });
    await deliver({ type: "result", result });
  } catch (error) {
    if (!(error instanceof DynoError)) throw error;
    await deliver({ type: "failed", code: error.code, message: messageOf(error) });
  }
  // What a target left open (a socket, a timer) must not keep the process.
  process.exit(0);
}

/** Resolves when the message has left: what a channel still holds is lost when the process ends. */
function deliver(message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });
}
