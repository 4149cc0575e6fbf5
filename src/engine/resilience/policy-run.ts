import { AsyncResource } from "node:async_hooks";
import { Attempt, type AttemptOwner } from "./attempt.ts";
import type { Callee, CallOptions } from "./call.ts";
import { classify } from "./classify-error.ts";
import type { PolicyCore } from "./policy-core.ts";
import { errorWithoutStack } from "./rejection.ts";
import { retryDelayMs } from "./retry-settings.ts";
import type { Alarm } from "./timers.ts";

/** Nothing has to be destroyed: this spares the garbage collector a finalizer for each call. */
const contextOptions = { requireManualDestroy: true };

const soon = Promise.resolve();

/** Calls `callee` under a policy; `resolve` or `reject` hears of the end, once. */
export function startRun(
  core: PolicyCore,
  callee: Callee<unknown>,
  options: CallOptions,
  resolve: (value: unknown) => void,
  reject: (error: unknown) => void,
): void {
  const nowMicros = core.clock.nowMicros();
  new PolicyRun(core, callee, options, resolve, reject, nowMicros).begin(nowMicros);
}

/** One call under a policy, from its first attempt to its answer. Its alarm is the wait before the next attempt. */
class PolicyRun implements AttemptOwner, Alarm {
  readonly core: PolicyCore;
  readonly callee: Callee<unknown>;
  readonly deadlineMicros: number;
  dueMicros = 0;
  slot = -1;
  readonly #options: CallOptions;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  #attempt: Attempt;
  #stopListening: (() => void) | undefined = undefined;
  #context: AsyncResource | undefined = undefined;

  constructor(
    core: PolicyCore,
    callee: Callee<unknown>,
    options: CallOptions,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    nowMicros: number,
  ) {
    this.core = core;
    this.callee = callee;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    this.deadlineMicros = deadlineOf(core, options, nowMicros);
    this.#attempt = new Attempt(this, 1);
  }

  begin(nowMicros: number): void {
    const { core } = this;
    core.counts.calls++;
    // A timeout comes from a timer that all calls share, so what a retry needs is kept from the beginning.
    if (core.settings.retry !== undefined) this.keepContext();
    const { signal, parent } = this.#options;
    if (signal !== undefined || parent !== undefined) this.#listen(nowMicros);
    else this.#attempt.begin(nowMicros);
  }

  get holdsProcess(): boolean {
    return true;
  }

  get key(): string {
    return this.#options.key ?? "";
  }

  get isRetried(): boolean {
    return this.#options.retry === false || this.#options.parent?.isRetried === true || this.#retries > 0;
  }

  /** How often this level may try again: never below one that does. */
  get #retries(): number {
    const { retry, parent } = this.#options;
    if (retry === false || parent?.isRetried === true) return 0;
    return (this.core.settings.retry?.maxAttempts ?? 1) - 1;
  }

  succeeded(value: unknown): void {
    this.core.counts.succeeded++;
    this.#stopListening?.();
    this.#resolve(value);
  }

  rejected(error: unknown): void {
    this.core.counts.rejected++;
    this.#fail(error);
  }

  failed(error: unknown, nowMicros: number): void {
    const delayMs = this.#delayBeforeNextMs(error, nowMicros);
    if (delayMs === undefined) {
      this.core.counts.failed++;
      return this.#fail(error);
    }
    this.core.counts.retries++;
    this.core.timers.set(this, nowMicros + delayMs * 1000);
  }

  /** The wait is over. */
  ring(nowMicros: number): void {
    this.#attempt = new Attempt(this, this.#attempt.attempt + 1);
    this.inContext(() => this.#attempt.begin(nowMicros));
  }

  keepContext(): void {
    this.#context ??= new AsyncResource("dyno.call", contextOptions);
  }

  inContext(resume: () => void): void {
    if (this.#context === undefined) resume();
    else this.#context.runInAsyncScope(resume);
  }

  #delayBeforeNextMs(error: unknown, nowMicros: number): number | undefined {
    const { settings, isRetryable, random, budget, gate } = this.core;
    if (settings.retry === undefined || this.#attempt.attempt > this.#retries) return undefined;
    if (!classify(isRetryable, error, false)) return undefined;
    const delayMs = retryDelayMs(settings.retry, this.#attempt.attempt, error, random);
    if (delayMs === undefined || nowMicros + delayMs * 1000 >= this.deadlineMicros) return undefined;
    // A breaker that has opened refuses the next attempt: then this error says more than its refusal.
    if (gate?.refuses(nowMicros)) return undefined;
    return budget === undefined || budget.spend(nowMicros) ? delayMs : undefined;
  }

  #listen(nowMicros: number): void {
    const { signal, parent } = this.#options;
    const onAbort = (): void => this.#giveUp(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    let stopParent: (() => void) | undefined;
    this.#stopListening = () => {
      signal?.removeEventListener("abort", onAbort);
      stopParent?.();
    };
    if (signal?.aborted === true || parent?.isAborted === true) return this.#giveUp(signal?.reason);
    stopParent = parent?.onAbort((reason) => this.#onParentAbort(reason));
    this.#attempt.begin(nowMicros);
  }

  /** A parent whose time is over takes this call along: then this one has run out of time as well. */
  #onParentAbort(reason: unknown): void {
    const nowMicros = this.core.clock.nowMicros();
    if (nowMicros < this.deadlineMicros || this.#attempt.slot < 0) return this.#giveUp(reason);
    this.core.timers.cancel(this.#attempt);
    this.#attempt.ring(nowMicros);
  }

  #giveUp(reason: unknown): void {
    const { counts, timers, clock, name } = this.core;
    counts.aborted++;
    this.#stopListening?.();
    timers.cancel(this);
    const error = errorWithoutStack("aborted", `${name}: the caller gave up`, reason);
    this.#attempt.abandon(error, clock.nowMicros());
    this.#reject(error);
  }

  #fail(error: unknown): void {
    this.#stopListening?.();
    const answer = this.#options.fallback ?? this.#fixedFallback();
    if (answer === undefined) return this.#rejectSoon(error);
    this.core.counts.fallbacks++;
    try {
      this.#resolve(answer(error));
    } catch (thrown) {
      this.#reject(thrown);
    }
  }

  /**
   * A refusal comes before the caller could begin to wait for it: rejected at once, the promise would be one that nobody
   * handles for a moment, and to keep book of those costs Node more than all the rest of a refusal.
   */
  #rejectSoon(error: unknown): void {
    void soon.then(() => this.#reject(error));
  }

  #fixedFallback(): (() => unknown) | undefined {
    const { fallback } = this.core.settings;
    return fallback === undefined ? undefined : () => fallback.value;
  }
}

function deadlineOf({ settings }: PolicyCore, options: CallOptions, nowMicros: number): number {
  const ownMs = Math.min(settings.deadlineMs, options.deadlineMs ?? Number.POSITIVE_INFINITY);
  return Math.min(nowMicros + ownMs * 1000, options.parent?.deadlineMicros ?? Number.POSITIVE_INFINITY);
}
