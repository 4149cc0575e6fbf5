import type { DynoError } from "../../base/errors.ts";
import { formatDuration, formatRatio } from "../../base/units.ts";
import type { Breaker, BreakerCounts, BreakerState } from "./breaker.ts";
import type { Gate } from "./gate.ts";
import { createRamp, type Ramp } from "./ramp.ts";
import { rejection } from "./rejection.ts";
import type { Alarm, Timers } from "./timers.ts";

/** What a breaker can be, and `degraded`: something that it depends on is open; `recovering`: no longer, by a ramp. */
export type NetworkState = BreakerState | "degraded" | "recovering";

/** What a node needs. */
export interface NetworkNodeOptions {
  readonly breaker: Breaker;
  readonly dependsOn: readonly NetworkNode[];
  readonly timers: Timers;
  readonly rampStepMs: number;
  /** Scouts at a time, and how long each has: as the breaker's probes. */
  readonly probes: number;
  readonly probeLeaseMs: number;
  /** The ramp is over. */
  readonly onRecovered: (nowMicros: number) => void;
}

/**
 * A breaker in a network: its own, and what the network made of it.
 *
 * While it is degraded nothing is called, and so nothing would try its root cause again where all calls of that one come
 * from here. So when the cause is half-open some calls go through, as scouts: they count for the cause, not here.
 */
export class NetworkNode implements Gate, Alarm {
  readonly breaker: Breaker;
  readonly dependsOn: readonly NetworkNode[];
  readonly holdsProcess = false;
  dueMicros = 0;
  slot = -1;
  /** The dependency by which it is degraded. */
  cause: NetworkNode | undefined = undefined;
  readonly #options: NetworkNodeOptions;
  /** Everything below it whose own breaker is not closed, while it is degraded. */
  #roots: ReadonlySet<NetworkNode> = new Set();
  #ramp: Ramp | undefined = undefined;
  /** Scouts under way: permit, which is below 0, to the end of its lease. */
  readonly #scouts = new Map<number, number>();
  #lastScout = 0;
  #refused = 0;

  constructor(options: NetworkNodeOptions) {
    this.#options = options;
    this.breaker = options.breaker;
    this.dependsOn = options.dependsOn;
  }

  get name(): string {
    return this.breaker.name;
  }

  get state(): NetworkState {
    if (this.cause !== undefined) return "degraded";
    return this.#ramp === undefined ? this.breaker.state : "recovering";
  }

  /** Whether what depends on it must not be called. */
  get isFailing(): boolean {
    return this.cause !== undefined || this.breaker.state !== "closed";
  }

  get isRecovering(): boolean {
    return this.#ramp !== undefined;
  }

  /** Of its calls that are made, 0 to 1. */
  get admittedShare(): number {
    return this.isFailing ? 0 : (this.#ramp?.share ?? 1);
  }

  /** From this one to its root cause; empty where it is not degraded. */
  get causeChain(): readonly string[] {
    if (this.cause === undefined) return [];
    const chain = [this.name];
    for (let at: NetworkNode | undefined = this.cause; at !== undefined; at = at.cause) chain.push(at.name);
    return chain;
  }

  /** What has to recover first: the end of the cause chain, or itself. */
  get rootCause(): NetworkNode {
    return this.cause?.rootCause ?? this;
  }

  acquire(nowMicros: number): number {
    if (this.cause === undefined && this.#ramp === undefined) return this.breaker.acquire(nowMicros);
    if (this.refuses(nowMicros)) return 0;
    if (this.cause === undefined) {
      this.#ramp?.count(true);
      return this.breaker.acquire(nowMicros);
    }
    const permit = --this.#lastScout;
    this.#scouts.set(permit, nowMicros + this.#options.probeLeaseMs * 1000);
    return permit;
  }

  refuses(nowMicros: number): boolean {
    if (this.cause !== undefined) return !this.#maySendScout(nowMicros);
    return this.#ramp?.refuses() === true || this.breaker.refuses(nowMicros);
  }

  succeeded(permit: number, nowMicros: number, tookMicros: number): void {
    if (permit < 0) this.#scouts.delete(permit);
    else this.breaker.succeeded(permit, nowMicros, tookMicros);
  }

  failed(permit: number, nowMicros: number, tookMicros: number): void {
    if (permit < 0) this.#scouts.delete(permit);
    else this.breaker.failed(permit, nowMicros, tookMicros);
  }

  ignored(permit: number, nowMicros: number): void {
    if (permit < 0) this.#scouts.delete(permit);
    else this.breaker.ignored(permit, nowMicros);
  }

  refusal(nowMicros: number): DynoError {
    if (this.cause === undefined && this.#ramp === undefined) return this.breaker.refusal(nowMicros);
    this.#refused++;
    this.#ramp?.count(false);
    return rejection(`${this.name} is not called: ${this.explain(nowMicros)}`);
  }

  /** Why it is in its state, in a few words. */
  explain(nowMicros: number): string {
    const root = this.rootCause;
    if (this.#ramp !== undefined)
      return `it recovers, and ${formatRatio(this.#ramp.share)} of its calls are made`;
    if (root === this) return this.breaker.reason;
    const by = `it is degraded by ${root.name} (${this.causeChain.join(" > ")})`;
    if (root.isRecovering) return `${by}, which recovers first`;
    const leftMicros = root.breaker.probesAtMicros - nowMicros;
    const next =
      leftMicros > 0 && Number.isFinite(leftMicros)
        ? `tried again in ${formatDuration(leftMicros)}`
        : "being tried";
    return `${by}, whose breaker is open (${root.breaker.reason}); ${root.name} is ${next}`;
  }

  counts(nowMicros: number): BreakerCounts {
    const counts = this.breaker.counts(nowMicros);
    return { ...counts, refused: counts.refused + this.#refused };
  }

  /** A dependency fails: whatever this one has counted, and what is under way, was that one's doing. */
  degrade(cause: NetworkNode, nowMicros: number): void {
    if (this.cause === undefined) {
      this.endRamp();
      this.breaker.forgive(nowMicros, `it has recovered after ${cause.name} failed`);
    }
    this.cause = cause;
    this.#roots = new Set(
      this.dependsOn.flatMap((node) => (node.breaker.state === "closed" ? [...node.#roots] : [node])),
    );
  }

  /** Everything that it depends on is there again. */
  recover(nowMicros: number): void {
    this.cause = undefined;
    this.#roots = new Set();
    this.#scouts.clear();
    this.#ramp = createRamp();
    this.#options.timers.set(this, nowMicros + this.#options.rampStepMs * 1000);
  }

  /** Its own breaker decides again. */
  endRamp(): void {
    this.#ramp = undefined;
    this.#options.timers.cancel(this);
  }

  /** One step of its ramp. */
  ring(nowMicros: number): void {
    if (this.#ramp?.step()) {
      this.#options.timers.set(this, nowMicros + this.#options.rampStepMs * 1000);
      return;
    }
    this.endRamp();
    this.#options.onRecovered(nowMicros);
  }

  #maySendScout(nowMicros: number): boolean {
    for (const [permit, endMicros] of this.#scouts) {
      if (endMicros > nowMicros) break;
      this.#scouts.delete(permit);
    }
    if (this.#roots.size === 0 || this.#scouts.size >= this.#options.probes) return false;
    for (const root of this.#roots) if (root.breaker.refuses(nowMicros)) return false;
    return true;
  }
}
