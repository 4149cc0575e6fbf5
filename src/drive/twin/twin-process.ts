import { type ChildProcess, spawn } from "node:child_process";
import { type Deferred, deferred } from "../../base/async.ts";
import { DynoError, type ErrorCode } from "../../base/errors.ts";
import type { ArmFigures } from "../../measure/pair.ts";
import { drainMs } from "../phase-runner.ts";
import {
  type ArmSpec,
  type FromTwin,
  type SliceAnswer,
  type SliceOrder,
  type ToTwin,
  twinProtocol,
} from "./twin-messages.ts";

/** Where a twin's program is: of this dyno, or of the one in a checkout of another revision. */
export interface TwinProgram {
  /** The entry, a path. */
  readonly entry: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A process that builds a target and works when it is told to. Every method rejects with a DynoError that names the process. */
export interface TwinProcess {
  readonly pid: number;
  /** Why it will not answer any more. */
  readonly broken: DynoError | undefined;
  /** Whether it has had a target before, so that its code is warm. */
  readonly hasWorked: boolean;
  start(spec: ArmSpec): Promise<void>;
  slice(order: SliceOrder): Promise<SliceAnswer>;
  /** Closes the target; the process can be started with another one. */
  finish(): Promise<ArmFigures>;
  /** Closes the target and ends the process. */
  stop(): Promise<ArmFigures>;
  /** Counts the process as broken, for what it did: `completed no operation ...`. Default code: `unavailable`. */
  giveUp(problem: string, code?: ErrorCode): void;
  /** Ends the process, wherever it is: it may close its target, for a moment, and is killed then. */
  kill(): Promise<void>;
}

const startTimeoutMs = 120_000;
const sliceTimeoutMs = drainMs + 30_000;
const stopTimeoutMs = drainMs + 120_000;
/** For a target to remove what it put elsewhere, such as a stream in the user's Redis. */
const graceMs = 1500;
const stderrCharacters = 4096;

/** Starts a process; `name` is what messages call it (`base`, `candidate`). Whether that went well shows when it is told to start. */
export function openTwinProcess(name: string, program: TwinProgram): TwinProcess {
  return new Twin(name, program);
}

/** What the process is asked for; undefined where it is broken, or breaks down meanwhile. */
export async function whileWorking<T>(process: TwinProcess, ask: () => Promise<T>): Promise<T | undefined> {
  if (process.broken !== undefined) return undefined;
  try {
    return await ask();
  } catch (error) {
    if (process.broken === undefined) throw error;
    return undefined;
  }
}

class Twin implements TwinProcess {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #hello: Promise<FromTwin>;
  #stderr = "";
  #slices = 0;
  #hasEnded = false;
  #hasStopped = false;
  #hasWorked = false;
  #waiting: { readonly type: FromTwin["type"]; readonly answer: Deferred<FromTwin> } | undefined;
  #end: DynoError | undefined;

  constructor(name: string, { entry, cwd, env }: TwinProgram) {
    this.#name = name;
    this.#child = spawn(process.execPath, [entry], {
      cwd,
      env: { ...env },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-stderrCharacters);
    });
    this.#child.on("message", (message: FromTwin) => this.#take(message));
    this.#gone = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#fail(new DynoError("setup", `the ${name}'s process could not be started: ${error.message}`));
        resolve();
      });
      this.#child.once("close", (code, signal) => {
        this.#hasEnded = true;
        const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
        this.#fail(new DynoError("unavailable", `the ${name}'s process ${how}${this.#lastWords()}`));
        resolve();
      });
    });
    this.#hello = this.#ask("hello", undefined, startTimeoutMs);
    // Whoever waits for it hears of a failure; until then nobody does.
    this.#hello.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get broken(): DynoError | undefined {
    return this.#hasStopped ? undefined : this.#end;
  }

  get hasWorked(): boolean {
    return this.#hasWorked;
  }

  async start(spec: ArmSpec): Promise<void> {
    const hello = await this.#hello;
    if (hello.type === "hello" && hello.protocol !== twinProtocol) {
      this.#fail(
        new DynoError(
          "setup",
          `the ${this.#name}'s dyno speaks version ${hello.protocol} of the twin protocol, and this one ${twinProtocol}; compare revisions that are nearer to one another`,
        ),
      );
    }
    await this.#ask("ready", { type: "start", spec }, startTimeoutMs);
  }

  async slice(order: SliceOrder): Promise<SliceAnswer> {
    const id = this.#slices++;
    const answer = await this.#ask(
      "slice",
      { type: "slice", id, order },
      order.phase.durationMs + sliceTimeoutMs,
    );
    if (answer.type === "slice" && answer.id === id) return answer.answer;
    throw new DynoError("internal", `the ${this.#name}'s process answered out of turn`);
  }

  async finish(): Promise<ArmFigures> {
    const figures = await this.#close({ type: "stop", stays: true });
    this.#hasWorked = true;
    return figures;
  }

  async stop(): Promise<ArmFigures> {
    const figures = await this.#close({ type: "stop" });
    this.#hasStopped = true;
    await this.#gone;
    return figures;
  }

  async #close(message: ToTwin): Promise<ArmFigures> {
    const answer = await this.#ask("stopped", message, stopTimeoutMs);
    if (answer.type === "stopped") return answer.figures;
    throw new DynoError("internal", `the ${this.#name}'s process answered out of turn`);
  }

  giveUp(problem: string, code: ErrorCode = "unavailable"): void {
    this.#end ??= new DynoError(code, `the ${this.#name} ${problem}`);
  }

  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    await this.#gone;
    clearTimeout(timer);
  }

  /** Sends a message and waits for the one answer that it has. */
  async #ask(type: FromTwin["type"], message: ToTwin | undefined, timeoutMs: number): Promise<FromTwin> {
    if (this.#end !== undefined) throw this.#end;
    const answer = deferred<FromTwin>();
    this.#waiting = { type, answer };
    // A process that is gone is noticed by its end.
    if (message !== undefined) this.#child.send(message, () => undefined);
    const timer = setTimeout(() => {
      this.#fail(
        new DynoError(
          "timeout",
          `the ${this.#name}'s process said nothing for ${timeoutMs / 1000} s${this.#lastWords()}`,
        ),
      );
      this.#child.kill("SIGKILL");
    }, timeoutMs);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #take(message: FromTwin): void {
    if (message.type === "failed") {
      return this.#fail(new DynoError(message.code, `the ${this.#name}: ${message.message}`));
    }
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    if (message.type === waiting.type) waiting.answer.resolve(message);
    else waiting.answer.reject(new DynoError("internal", `the ${this.#name}'s process sent ${message.type}`));
  }

  #fail(error: DynoError): void {
    this.#end ??= error;
    this.#waiting?.answer.reject(this.#end);
    this.#waiting = undefined;
  }

  #lastWords(): string {
    const words = this.#stderr.trim();
    return words === "" ? "" : `; it wrote:\n${words}`;
  }
}
