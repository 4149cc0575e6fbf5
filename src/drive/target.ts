/** What a target found out about its own work, after the load. A check that fails makes the run fail. */
export interface Check {
  /** Such as `nothing lost`. */
  readonly name: string;
  readonly ok: boolean;
  /** One sentence with the figures. */
  readonly detail: string;
}

/** A figure that a target counts; every one is a running total. */
export type Counters = Readonly<Record<string, number>>;

/** Something that a load driver can drive. The settings were checked by the target's own schema. */
export interface Target<Settings = unknown> {
  /** Builds everything that is expensive; none of it is measured. Rejects with a DynoError of code `setup`. */
  start(settings: Settings, context: TargetContext): Promise<Session>;
}

/** What a trial hands to its target. */
export interface TargetContext {
  /** The seed of this trial. */
  readonly seed: number;
  /** A folder of this trial's own, for files; removed afterwards. */
  readonly scratchDir: string;
  /** Where the services are that dyno found or started. */
  readonly services: { readonly redisUrl?: string };
  readonly signal: AbortSignal;
}

/** A target that is ready for load. */
export interface Session {
  /**
   * Operation number `n`, counted from 0 over the whole trial. A rejection (or a throw) is an error, counted
   * by its kind. Returning nothing means that the operation was done synchronously.
   */
  fire(n: number, signal: AbortSignal): Promise<unknown> | void;
  /** What the target itself counted, sampled once per interval. */
  counters?(): Counters | Promise<Counters>;
  /** CPU microseconds used so far by other processes that belong to this target, such as a Redis server. */
  outsideCpuMicros?(): Promise<number>;
  /** Closes everything, and says whether its work was right: nothing lost, answers right. */
  stop(): Promise<readonly Check[]>;
}
