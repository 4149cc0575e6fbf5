import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DynoError, messageOf } from "../../base/errors.ts";
import { type FromTwin, type ToTwin, twinProtocol } from "./twin-messages.ts";
import { openTwinWorker, type TwinWorker } from "./twin-worker.ts";

// The entry of a process that works in turn with its twin. It takes one `start`, then slices, then `stop`, and ends;
// or is told to stay, and takes another `start`.
const abort = new AbortController();
let worker: Promise<TwinWorker> | undefined;

// Dyno is gone: nobody will hear the result, and no process may be left behind.
process.on("disconnect", () => process.exit(1));
// Ctrl-C reaches the whole group; dyno decides what it means.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => {
  abort.abort();
  void leave();
});
process.on("message", (message: ToTwin) => void take(message));
await deliver({ type: "hello", protocol: twinProtocol });

/** Closes the target, so that it leaves nothing behind; dyno ends the process if that takes long. */
async function leave(): Promise<void> {
  const opened = await worker?.catch(() => undefined);
  await opened?.stop().catch(() => undefined);
  process.exit(1);
}

async function take(message: ToTwin): Promise<void> {
  try {
    const answer = await work(message);
    await deliver(answer);
    if (answer.type !== "stopped") return;
    if (message.type === "stop" && message.stays === true) return forgetTarget();
  } catch (error) {
    if (!(error instanceof DynoError)) throw error;
    await deliver({ type: "failed", code: error.code, message: messageOf(error) });
  }
  // What a target left open (a socket, a timer) must not keep the process.
  process.exit(0);
}

async function work(message: ToTwin): Promise<FromTwin> {
  if (message.type === "start") {
    worker = openTwinWorker(message.spec, abort.signal);
    await worker;
    return { type: "ready" };
  }
  const opened = await worker;
  if (opened === undefined) throw new DynoError("internal", `${message.type} came before start`);
  if (message.type === "slice")
    return { type: "slice", id: message.id, answer: await opened.slice(message.order) };
  return { type: "stopped", figures: await opened.stop() };
}

/** What one target left in memory must not be collected while the next one is measured. */
function forgetTarget(): void {
  worker = undefined;
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
}

/** Resolves when the message has left: what a channel still holds is lost when the process ends. */
function deliver(message: FromTwin): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });
}
