import { type Deferred, deferred } from "../../base/async.ts";
import { DynoError, messageOf } from "../../base/errors.ts";
import type { Fault } from "../../scenario/fault.ts";
import type { EndFault } from "../target.ts";
import type { EngineHost, HostConfig, HostReport, HostUsage } from "./engine-host.ts";
import type { FromHost } from "./engine-messages.ts";
import { type EngineProcess, engineChild, startEngineProcess } from "./engine-process.ts";

/** What becomes of publishes while the engine's process is down, and of those that were under way when it died. */
export type WhenDown = "fail" | "wait";

/** Opens the engine in a process of its own, which can be killed and started again. Rejects with a DynoError. */
export async function openRemoteHost(
  config: HostConfig,
  { whenDown, entry = engineChild }: { readonly whenDown: WhenDown; readonly entry?: URL },
): Promise<EngineHost> {
  const host = new RemoteHost(config, whenDown, entry);
  await host.start();
  return host;
}

/** A publish that the engine's process did not live to answer; whether it is stored is unknown. */
class EngineDown extends Error {
  override readonly name = "EngineDown";
  readonly code = "engine_down";
}

/** What the engine rejected a publish with, in its own process. */
class RemoteFailure extends Error {
  override readonly name = "RemoteFailure";
  readonly code: string;

  constructor(kind: string, message: string) {
    super(message);
    this.code = kind;
  }
}

/**
 * Hands publishes to the engine's process in batches, one for each turn of the event loop. Each is kept until it is
 * answered. When the process dies they fail as `engine_down`, or wait and are published again, in their order and with
 * the same idempotency keys, as soon as it is back.
 */
class RemoteHost implements EngineHost {
  readonly isApart = true;
  readonly #config: HostConfig;
  readonly #whenDown: WhenDown;
  readonly #entry: URL;
  /** Undefined while it is down. */
  #process: EngineProcess | undefined;
  readonly #pending = new Map<number, Deferred<void>>();
  #outbox: number[] = [];
  readonly #faults = new Map<number, { readonly fault: Fault; readonly answer: Deferred<void> }>();
  /** Ends of faults that were sent and not answered; a process that is gone has ended them too. */
  readonly #ending = new Map<number, Deferred<void>>();
  #faultCount = 0;
  #usage: HostUsage = { counters: {} };
  #deadCpuMicros = 0;
  #askedUsage: Deferred<void> | undefined;
  #report: HostReport | undefined;
  /** Why it will not come back. */
  #ended: string | undefined;

  constructor(config: HostConfig, whenDown: WhenDown, entry: URL) {
    this.#config = config;
    this.#whenDown = whenDown;
    this.#entry = entry;
  }

  async start(): Promise<void> {
    const started = await startEngineProcess(this.#config, (message) => this.#hear(message), this.#entry);
    this.#process = started;
    void started.gone.then((how) => this.#wasLost(started, how));
    for (const [id, { fault }] of this.#faults) started.send({ type: "inject", id, fault });
    if (this.#pending.size > 0) started.send({ type: "publish", operations: [...this.#pending.keys()] });
  }

  publish(n: number): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(new EngineDown(this.#ended));
    if (this.#process === undefined && this.#whenDown === "fail") {
      return Promise.reject(new EngineDown("the engine's process is down"));
    }
    const answer = deferred<void>();
    this.#pending.set(n, answer);
    if (this.#process !== undefined && this.#outbox.push(n) === 1) setImmediate(() => this.#flush());
    return answer.promise;
  }

  #flush(): void {
    const operations = this.#outbox;
    this.#outbox = [];
    // What a process that is down does not get is published again when it is back.
    if (operations.length > 0) this.#process?.send({ type: "publish", operations });
  }

  #hear(message: FromHost): void {
    if (message.type === "settled") {
      for (const n of message.done) this.#take(n)?.resolve();
      for (const [n, kind, text] of message.failed) this.#take(n)?.reject(new RemoteFailure(kind, text));
    }
    if (message.type === "usage") {
      this.#usage = message.usage;
      this.#answerUsage();
    }
    if (message.type === "fault-done") {
      const { id, problem } = message;
      const answer = this.#ending.get(id) ?? this.#faults.get(id)?.answer;
      this.#ending.delete(id);
      if (problem === undefined) answer?.resolve();
      else answer?.reject(new DynoError("unsupported", problem));
    }
    if (message.type === "closed") this.#report = message.report;
  }

  #take(n: number): Deferred<void> | undefined {
    const answer = this.#pending.get(n);
    this.#pending.delete(n);
    return answer;
  }

  #wasLost(lost: EngineProcess, how: string): void {
    this.#deadCpuMicros += this.#usage.cpuMicros ?? 0;
    this.#usage = { counters: this.#usage.counters };
    this.#answerUsage();
    for (const ended of this.#ending.values()) ended.resolve();
    this.#ending.clear();
    // Killed on purpose, it was let go of before.
    if (this.#process !== lost) return;
    this.#process = undefined;
    this.#giveUp(`the engine's process ${how}`);
  }

  #giveUp(reason: string): void {
    this.#ended = reason;
    this.#failPending(reason);
    for (const { answer } of this.#faults.values()) answer.reject(new EngineDown(reason));
  }

  #failPending(reason: string): void {
    this.#outbox = [];
    for (const n of [...this.#pending.keys()]) this.#take(n)?.reject(new EngineDown(reason));
  }

  async usage(): Promise<HostUsage> {
    if (this.#process !== undefined) {
      if (this.#askedUsage === undefined) {
        this.#askedUsage = deferred<void>();
        this.#process.send({ type: "usage" });
      }
      await this.#askedUsage.promise;
    }
    const { counters, cpuMicros = 0 } = this.#usage;
    return { counters, cpuMicros: this.#deadCpuMicros + cpuMicros };
  }

  #answerUsage(): void {
    this.#askedUsage?.resolve();
    this.#askedUsage = undefined;
  }

  async inject(fault: Fault): Promise<EndFault> {
    if (fault.kind === "engine-kill") return this.#kill();
    const id = this.#faultCount++;
    const begun = deferred<void>();
    this.#faults.set(id, { fault, answer: begun });
    this.#process?.send({ type: "inject", id, fault });
    await begun.promise;
    return async () => {
      // Gone from here first: a process that is started meanwhile must not be given it again.
      this.#faults.delete(id);
      if (this.#process === undefined) return;
      const ended = deferred<void>();
      this.#ending.set(id, ended);
      this.#process.send({ type: "mend", id });
      await ended.promise;
    };
  }

  async #kill(): Promise<EndFault> {
    const killed = this.#process;
    if (killed === undefined)
      throw new DynoError("setup", this.#ended ?? "the engine's process is down already");
    this.#process = undefined;
    killed.kill();
    await killed.gone;
    if (this.#whenDown === "fail") this.#failPending("the engine's process was killed");
    this.#outbox = [];
    return async () => {
      try {
        await this.start();
      } catch (error) {
        this.#giveUp(`the engine's process could not be started again: ${messageOf(error)}`);
        throw error;
      }
    };
  }

  async close(): Promise<HostReport> {
    const closing = this.#process;
    this.#process = undefined;
    closing?.send({ type: "close" });
    await closing?.gone;
    const ended =
      this.#report === undefined ? (this.#ended ?? "the engine's process did not close") : undefined;
    const nothing = { published: 0, delivered: [], handlerErrors: 0, askedErrors: 0, deadLetters: {} };
    return { ...(this.#report ?? nothing), ...(ended === undefined ? {} : { ended }) };
  }
}
