import { type ChildProcess, fork } from "node:child_process";
import type { ErrorCode } from "../base/errors.ts";
import { DynoError } from "../base/errors.ts";
import type { Interval, TimelineMark, TrialFailure, TrialResult } from "../measure/result.ts";
import type { Fault } from "../scenario/fault.ts";
import { type FaultDesk, openFaultDesk } from "./fault-desk.ts";
import { drainMs } from "./phase-runner.ts";
import type { ProgressEvent } from "./progress.ts";
import type { EndFault } from "./target.ts";
import type { FromChild, ToChild, TrialSpec } from "./trial-messages.ts";

/** How to run a trial. */
export interface TrialOptions {
  readonly onEvent: (event: ProgressEvent) => void;
  /** Aborted: the trial ends soon, with what it measured. */
  readonly signal: AbortSignal;
  /** Breaks a service when the trial asks for it. What a trial leaves broken is mended before its result is given. */
  readonly beginFault: (fault: Fault) => Promise<EndFault>;
  /** The child's entry; default: ours. */
  readonly entry?: URL;
  /** How long the target may take to start, and how long the child may be silent. */
  readonly setupTimeoutMs?: number;
  readonly silenceTimeoutMs?: number;
  /** How long the child may take after the load, besides its longest fault. */
  readonly endTimeoutMs?: number;
}

const setupTimeoutMs = 120_000;
/** The child says that it is alive once a second; a blocked event loop cannot. */
const silenceTimeoutMs = 30_000;
/** After a stop: time to drain, to check the work, and to send the result. */
const stopTimeoutMs = drainMs + 20_000;
/** After the load: generous time to end faults, to drain, to read the store back, and to send the result. */
const endTimeoutMs = drainMs + 120_000;
const stderrCharacters = 4096;

/**
 * Runs one trial in a fresh process and gives its result. A child that crashes or hangs gives a result that says so,
 * with what it had sent until then; it never hangs us and is never left behind. Rejects with a DynoError where the
 * target could not be started.
 */
export function runTrial(spec: TrialSpec, options: TrialOptions): Promise<TrialResult> {
  return new TrialWatch(spec, options).result;
}

class TrialWatch {
  readonly result: Promise<TrialResult>;
  readonly #spec: TrialSpec;
  readonly #options: TrialOptions;
  readonly #child: ChildProcess;
  readonly #desk: FaultDesk;
  readonly #timeline: Interval[] = [];
  readonly #marks = new Map<string, TimelineMark>();
  readonly #startedAt = new Date().toISOString();
  #stderr = "";
  #reply: FromChild | undefined;
  #isStopping = false;
  /** How it hung, in words. */
  #hung: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(spec: TrialSpec, options: TrialOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#child = fork(options.entry ?? new URL("./trial-child.js", import.meta.url), {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#desk = openFaultDesk(options.beginFault, (message) => this.#send(message));
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-stderrCharacters);
    });
    this.#child.on("message", (message: FromChild) => this.#onMessage(message));
    this.#watch(options.setupTimeoutMs ?? setupTimeoutMs);
    const onAbort = (): void => {
      this.#send({ type: "stop" });
      this.#watch(stopTimeoutMs);
    };
    this.result = this.#ended()
      .then(async (exit) => {
        await this.#desk.close();
        return this.#conclude(exit);
      })
      .finally(() => {
        clearTimeout(this.#timer);
        options.signal.removeEventListener("abort", onAbort);
      });
    this.#send({ type: "start", spec });
    if (options.signal.aborted) onAbort();
    else options.signal.addEventListener("abort", onAbort, { once: true });
  }

  #send(message: ToChild): void {
    // A child that is gone is noticed by its exit.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #watch(timeoutMs: number, hung = `said nothing for ${timeoutMs / 1000} s`): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#hung = hung;
      this.#child.kill("SIGKILL");
    }, timeoutMs);
  }

  #onMessage(message: FromChild): void {
    if (message.type === "result" || message.type === "failed") this.#reply = message;
    if (!this.#options.signal.aborted) this.#rearm(message);
    this.#desk.take(message);
    if (message.type !== "progress") return;
    if (message.event.type === "interval") this.#timeline.push(message.event.interval);
    if (message.event.type === "fault") {
      const { mark } = message.event;
      this.#marks.set(`${mark.atMs} ${mark.label}`, mark);
    }
    this.#options.onEvent(message.event);
  }

  /** From the end of the load on, being alive is not enough: a target that never stops is alive too. */
  #rearm(message: FromChild): void {
    if (this.#isStopping) return;
    this.#isStopping = message.type === "stopping";
    if (!this.#isStopping) return this.#watch(this.#options.silenceTimeoutMs ?? silenceTimeoutMs);
    const longestFaultMs = Math.max(0, ...this.#spec.scenario.faults.map(({ forMs }) => forMs));
    const timeoutMs = (this.#options.endTimeoutMs ?? endTimeoutMs) + longestFaultMs;
    this.#watch(timeoutMs, `did not end within ${timeoutMs / 1000} s after its load`);
  }

  /** Resolves when the process is gone and its last message and words have arrived. */
  #ended(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(`could not be started: ${error.message}`));
      this.#child.once("close", (code, signal) => {
        resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
      });
    });
  }

  #conclude(exit: string): TrialResult {
    const reply = this.#reply;
    if (reply?.type === "result") return reply.result;
    if (reply?.type === "failed") throw new DynoError(setupCode(reply.code), reply.message);
    const isHung = this.#hung !== undefined;
    const message = isHung
      ? `the trial's process ${this.#hung} and was killed`
      : `the trial's process ${exit} before it had a result`;
    return this.#failed({ kind: isHung ? "hung" : "crashed", message, stderr: this.#stderr.trim() });
  }

  #failed(failure: TrialFailure): TrialResult {
    return {
      trial: this.#spec.trial,
      seed: this.#spec.seed,
      startedAt: this.#startedAt,
      status: "failed",
      failure,
      phases: [],
      timeline: this.#timeline,
      marks: [...this.#marks.values()],
      checks: [],
      warnings: [],
    };
  }
}

/** Whatever keeps a target from starting is a matter of set-up to the user. */
function setupCode(code: ErrorCode): ErrorCode {
  return code === "unavailable" || code === "conflict" || code === "unsupported" || code === "timeout"
    ? "setup"
    : code;
}
