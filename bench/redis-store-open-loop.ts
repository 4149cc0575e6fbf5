import { connect } from "node:net";
import { createEngine } from "../src/engine/create-engine.ts";
import { type Job, type JobResult, nothing, payload } from "./redis-store-job.ts";

/** The redis store at a fixed rate, through the whole engine. */
export async function offerToEngine(job: Job): Promise<JobResult> {
  const engine = await createEngine({
    store: { kind: "redis", url: job.url, stream: job.name },
    level: "stored",
  });
  const result = await measureOpenLoop(job, (from, to, done) => {
    for (let n = from; n < to; n++) {
      engine
        .publish({ topic: "bench", data: payload, idempotencyKey: `key-${n}` })
        .then(() => done(n, n + 1), fail);
    }
  });
  await engine.close();
  return result;
}

/** The least that can be done: XADDs written to a socket, all that are due in one write. */
export async function offerToSocket(job: Job): Promise<JobResult> {
  const { hostname, port } = new URL(job.url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const args = ["XADD", job.name, "*", "d", payload];
  const command = `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("")}`;
  let finish: (from: number, to: number) => void = () => undefined;
  let replied = 0;
  let lines = 0;
  socket.on("data", (bytes) => {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
    // Each reply is a length and an id, on two lines.
    const upTo = lines >> 1;
    finish(replied, upTo);
    replied = upTo;
  });
  socket.on("error", fail);
  const result = await measureOpenLoop(job, (from, to, done) => {
    finish = done;
    socket.write(command.repeat(to - from));
  });
  socket.destroy();
  return result;
}

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

/**
 * Offers events on schedule by busy polling, the same for both, and measures each from the time it was due. The
 * first second is not counted: until then the code is being compiled.
 */
async function measureOpenLoop(
  { ratePerSec, seconds }: Job,
  send: (from: number, to: number, done: (from: number, to: number) => void) => void,
): Promise<JobResult> {
  const skipped = ratePerSec;
  const total = skipped + Math.round(ratePerSec * seconds);
  const latencyMs = new Float64Array(total);
  let finished = 0;
  const startMs = performance.now() + 50;
  const dueMs = (n: number): number => startMs + (n * 1000) / ratePerSec;
  const done = (from: number, to: number): void => {
    const now = performance.now();
    for (let n = from; n < to; n++) latencyMs[n] = now - dueMs(n);
    finished += to - from;
  };
  let sent = 0;
  const deadlineMs = startMs + (seconds + 1) * 1000 + 5000;
  await new Promise<void>((resolve) => {
    // One function that plans itself: a promise a turn would make most of the garbage of the whole process.
    const turn = (): void => {
      const now = performance.now();
      const due = Math.min(total, Math.floor(((now - startMs) * ratePerSec) / 1000) + 1);
      if (due > sent) {
        send(sent, due, done);
        sent = due;
      }
      if (finished < total && now < deadlineMs) setImmediate(turn);
      else resolve();
    };
    turn();
  });
  if (finished < total) throw new Error(`only ${finished} of ${total} events were acknowledged in time`);
  const sorted = latencyMs.subarray(skipped).sort();
  const quantile = (q: number): number => sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;
  return { ...nothing, eventsPerSec: ratePerSec, p50Ms: quantile(0.5), p99Ms: quantile(0.99), events: total };
}
