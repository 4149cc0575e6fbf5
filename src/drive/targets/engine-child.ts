import { DynoError, kindOf, messageOf } from "../../base/errors.ts";
import type { EndFault } from "../target.ts";
import { type HostConfig, type LocalHost, openLocalHost } from "./engine-host.ts";
import type { FromHost, ToHost } from "./engine-messages.ts";

// The entry of the process that hosts the engine apart from the trial, so that it can be killed and started again.
let host: LocalHost | undefined;
const ends = new Map<number, EndFault>();
let done: number[] = [];
let failed: (readonly [number, string, string])[] = [];
let isFlushing = false;

const send = (message: FromHost): void => {
  if (process.connected) process.send?.(message);
};

// The trial is gone: no process may be left behind.
process.on("disconnect", () => process.exit(1));
// Ctrl-C reaches the whole group; dyno decides what it means.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

process.on("message", (message: ToHost) => {
  switch (message.type) {
    case "start":
      return void start(message.config);
    case "publish":
      return message.operations.forEach(publish);
    case "usage":
      return void tellUsage();
    case "inject":
      return void answer(message.id, async () => {
        const end = await host?.inject(message.fault);
        if (end !== undefined) ends.set(message.id, end);
      });
    case "mend":
      return void answer(message.id, async () => ends.get(message.id)?.());
    case "close":
      return void close();
  }
});

async function start(config: HostConfig): Promise<void> {
  try {
    host = await openLocalHost(config);
    send({ type: "ready" });
  } catch (error) {
    send({
      type: "failed",
      code: error instanceof DynoError ? error.code : "internal",
      message: messageOf(error),
    });
  }
}

function publish(n: number): void {
  host?.publish(n).then(
    () => settle(() => done.push(n)),
    (error: unknown) => settle(() => failed.push([n, kindOf(error), messageOf(error)])),
  );
}

/** Answers go in batches, one for each turn of the event loop. */
function settle(note: () => void): void {
  note();
  if (isFlushing) return;
  isFlushing = true;
  setImmediate(flush);
}

function flush(): void {
  isFlushing = false;
  if (done.length + failed.length === 0) return;
  send({ type: "settled", done, failed });
  done = [];
  failed = [];
}

async function tellUsage(): Promise<void> {
  const usage = await host?.usage();
  const { user, system } = process.cpuUsage();
  const counters = { ...usage?.counters, engine_rss_bytes: process.memoryUsage.rss() };
  send({ type: "usage", usage: { counters, cpuMicros: user + system } });
}

async function answer(id: number, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    send({ type: "fault-done", id });
  } catch (error) {
    send({ type: "fault-done", id, problem: messageOf(error) });
  }
}

async function close(): Promise<void> {
  const report = await host?.close();
  flush();
  if (!process.connected || report === undefined) process.exit(0);
  // The answer must be on its way before the process ends.
  process.send?.({ type: "closed", report } satisfies FromHost, () => process.exit(0));
}
