import type { Clock } from "../base/clock.ts";
import { DynoError, messageOf } from "../base/errors.ts";
import type { ProgressEvent } from "../drive/progress.ts";
import { errorExitCode, exitMeaning, sentence } from "../judge/outcome.ts";
import type { LiveEnd, LiveRun } from "../measure/live-run.ts";
import type { RunResult } from "../measure/result.ts";
import { followRun } from "./follow-run.ts";

/** Which run to begin. */
export interface RunRequest {
  /** What people call it. */
  readonly scenario: string;
  readonly file: string;
  /** Number of trials; default: the file's. */
  readonly repeat?: number;
  /** Default: the file's. */
  readonly seed?: number;
}

/** What any measurement comes to; a plain run's result is more, and has no `kind`. */
export type AnyResult =
  | RunResult
  | (Pick<LiveEnd, "outcome" | "exitCode" | "reason"> & { readonly kind: string });

/** What is told of a run. */
export interface RunWatch {
  onEvent(event: ProgressEvent): void;
  /** It came to this; `folder` is the report's, named from the folder of reports, and undefined where none could be written. */
  onResult(result: AnyResult, folder: string | undefined): void;
}

/** Runs a scenario, publishes its report, and gives the exit code; ends early when the signal is aborted. */
export type StartRun = (request: RunRequest, watch: RunWatch, signal: AbortSignal) => Promise<number>;

/** The one place where runs are begun: one at a time, for two at once would measure each other. */
export interface RunDesk {
  /** The run under way, else the latest one. */
  current(): LiveRun | undefined;
  /** Begins a run. Throws a DynoError `conflict` while one is under way, `closed` once the desk is. */
  begin(request: RunRequest): LiveRun;
  /** Ends the run under way early; its report is written. Throws a DynoError `conflict` where there is none. */
  cancel(): LiveRun;
  /** Calls back with each state from now on. */
  subscribe(listener: (run: LiveRun) => void): void;
  /** Cancels what is under way, for a reason (a signal's name), and waits for its end. */
  close(reason: unknown): Promise<void>;
}

/** What a desk works with. */
export interface RunDeskOptions {
  readonly startRun: StartRun;
  readonly clock: Pick<Clock, "epochMs">;
  /** Told of everything as well: metrics, a log. */
  readonly watch: {
    onBegin(run: LiveRun): void;
    onEvent(run: LiveRun, event: ProgressEvent): void;
    onEnd(run: LiveRun, result: AnyResult | undefined): void;
  };
}

/** Creates a desk at which nothing is under way. */
export function createRunDesk({ startRun, clock, watch }: RunDeskOptions): RunDesk {
  const listeners: ((run: LiveRun) => void)[] = [];
  let run: LiveRun | undefined;
  let abort: AbortController | undefined;
  let ended: Promise<void> = Promise.resolve();
  let isClosed = false;
  const tell = (next: LiveRun): LiveRun => {
    run = next;
    for (const listener of listeners) listener(next);
    return next;
  };

  const conduct = async (first: LiveRun, request: RunRequest, signal: AbortSignal): Promise<void> => {
    let told: Told | undefined;
    // It may say by now that it is being cancelled.
    const latest = (): LiveRun => run ?? first;
    const onEvent = (event: ProgressEvent): void => watch.onEvent(tell(followRun(latest(), event)), event);
    const onResult: RunWatch["onResult"] = (result, folder) => {
      told = { result, folder };
    };
    const end = await startRun(request, { onEvent, onResult }, signal).then(
      (exitCode) => endOf(exitCode, told),
      errorEnd,
    );
    abort = undefined;
    // Metrics and the log know of the end before anybody who asks because of it.
    const last: LiveRun = { ...latest(), state: "ended", end };
    watch.onEnd(last, told?.result);
    tell(last);
  };

  return {
    current: () => run,
    begin: (request) => {
      if (isClosed) throw new DynoError("closed", "the server is closing");
      if (abort !== undefined) throw new DynoError("conflict", underWay(run));
      abort = new AbortController();
      const first: LiveRun = {
        id: (run?.id ?? 0) + 1,
        scenario: request.scenario,
        state: "running",
        startedAt: new Date(clock.epochMs()).toISOString(),
        note: "",
        points: [],
      };
      watch.onBegin(first);
      tell(first);
      ended = conduct(first, request, abort.signal);
      return first;
    },
    cancel: () => {
      if (abort === undefined || run === undefined) throw new DynoError("conflict", "no run is under way");
      abort.abort("SIGINT");
      return tell({ ...run, state: "cancelling" });
    },
    subscribe: (listener) => {
      listeners.push(listener);
    },
    close: async (reason) => {
      isClosed = true;
      abort?.abort(reason);
      await ended;
    },
  };
}

function underWay(run: LiveRun | undefined): string {
  return `a run of ${run?.scenario} is under way, and two at once would measure each other; wait for its end, or cancel it`;
}

interface Told {
  readonly result: AnyResult;
  readonly folder: string | undefined;
}

/** Of what told of no result. */
const outcomesByCode: Readonly<Record<number, string>> = { 0: "pass", 1: "fail", 3: "inconclusive" };

function endOf(exitCode: number, told: Told | undefined): LiveEnd {
  if (told === undefined)
    return {
      outcome: outcomesByCode[exitCode] ?? "error",
      exitCode,
      reason: sentence(exitMeaning(exitCode)),
    };
  const { result, folder } = told;
  const { outcome, reason } = result;
  return { outcome, exitCode, reason, ...(folder === undefined ? {} : { folder }) };
}

function errorEnd(thrown: unknown): LiveEnd {
  const exitCode = thrown instanceof DynoError ? errorExitCode(thrown.code) : 70;
  return { outcome: "error", exitCode, reason: messageOf(thrown).trimEnd() };
}
