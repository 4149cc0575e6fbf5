import type { NetworkCourse } from "../measure/network-course.ts";
import type { CheckResult } from "../measure/result.ts";
import type { Fault, FaultKind } from "../scenario/fault.ts";
import type { OwnClosedLoop } from "./load/running-load.ts";

/**
 * What a target found out about its own work, after the load. A check that fails makes the run fail, unless the scenario
 * has a target on its figure, which decides then.
 */
export type Check = CheckResult;

/** A figure that a target counts; every one is a running total. */
export type Counters = Readonly<Record<string, number>>;

/** Something that a load driver can drive. The settings were checked by the target's own schema. */
export interface Target<Settings = unknown> {
  /** Builds everything that is expensive; none of it is measured. Rejects with a DynoError of code `setup`. */
  start(settings: Settings, context: TargetContext): Promise<Session>;
}

/** Where the services are that dyno found or started. */
export interface ServiceAddresses {
  /** The Redis to use; by way of dyno's proxy where network faults are to come. */
  readonly redisUrl?: string;
  /** The same Redis, always directly: for whoever watches it. */
  readonly redisDirectUrl?: string;
  /** The origin of the user's own server that dyno started, such as `http://127.0.0.1:8080`. */
  readonly serverUrl?: string;
  /** The process group of that server, for its CPU time. */
  readonly serverGroup?: number;
}

/** Ends a fault that was begun. */
export type EndFault = () => Promise<void>;

/** What a trial hands to its target. */
export interface TargetContext {
  /** The seed of this trial. */
  readonly seed: number;
  /** The folder of the scenario's file: what a scenario names is looked for there. */
  readonly scenarioDir: string;
  /** A folder of this trial's own, for files; removed afterwards. */
  readonly scratchDir: string;
  readonly services: ServiceAddresses;
  /** The kinds of faults that will be asked of the session, so that it can prepare for them. */
  readonly faults: readonly FaultKind[];
  /** The most clients that a closed phase has; absent where no phase is closed. */
  readonly clients?: number;
  /** Whether `stop` is to check the work. What is measured in many pairs is checked in the first. */
  readonly verifies: boolean;
  readonly signal: AbortSignal;
}

/** A target that is ready for load. */
export interface Session {
  /**
   * Operation number `n`, counted from 0 over the whole trial. A rejection (or a throw) is an error, counted
   * by its kind. Returning nothing means that the operation was done synchronously.
   */
  fire(n: number, signal: AbortSignal): Promise<unknown> | void;
  /** Drives closed phases in place of dyno's own loop. */
  readonly closedLoop?: OwnClosedLoop;
  /** What the target itself counted, sampled once per interval. */
  counters?(): Counters | Promise<Counters>;
  /** CPU microseconds used so far by other processes that belong to this target, such as a Redis server. */
  outsideCpuMicros?(): Promise<number>;
  /** Breaks something of the target's own, and gives what mends it. Rejects where that cannot be. */
  inject?(fault: Fault): Promise<EndFault>;
  /** The breakers of the target and how their states went until now; its times are milliseconds since 1970. */
  network?(): NetworkCourse | undefined;
  /** What a reader of the figures should know, asked for when the load is over. */
  warnings?(): readonly string[];
  /** Closes everything, and says whether its work was right: nothing lost, answers right. */
  stop(): Promise<readonly Check[]>;
}
