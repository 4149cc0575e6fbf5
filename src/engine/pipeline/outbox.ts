import type { Journal, RunIdentity } from "./run-host.ts";
import type { RunRecord } from "./run-record.ts";
import { scheduledRecord, type Task } from "./task.ts";

/** Who is told what becomes of the records. */
export interface OutboxEvents extends RunIdentity {
  /** The records of these attempts hold, and so does all before them: they may be made. */
  stored(tasks: readonly Task[]): void;
  /** It is unknown what holds. */
  lost(error: unknown): void;
  /** All that must be stored is. */
  emptied(): void;
}

/**
 * What a run has decided and not yet stored. One append is under way at most, and what is added meanwhile goes with the
 * next: so attempts are only made on what holds, however many steps end at once.
 */
export class Outbox {
  readonly #run: OutboxEvents;
  readonly #journal: Journal;
  #records: RunRecord[] = [];
  #attempts: Task[] = [];
  #mustStore = false;
  #isAppending = false;
  #isClosed = false;
  readonly #isGone = (): boolean => this.#isClosed;

  constructor(run: OutboxEvents, journal: Journal) {
    this.#run = run;
    this.#journal = journal;
  }

  /** Adds a record. One that is pure waits for others to go with. */
  add(record: RunRecord, isPure: boolean): void {
    this.#records.push(record);
    if (!isPure) this.#mustStore = true;
  }

  /** Adds the record of an attempt, which is to be made when it holds. */
  addAttempt(task: Task): void {
    this.add(scheduledRecord(task), false);
    this.#attempts.push(task);
  }

  /** Stores what must be. A journal in memory has done so when this returns. */
  flush(): void {
    if (this.#isAppending || this.#isClosed) return;
    this.#isAppending = true;
    while (this.#mustStore) {
      const tasks = this.#attempts;
      const stored = this.#journal.append(this.#run, this.#records, this.#isGone);
      this.#records = [];
      this.#attempts = [];
      this.#mustStore = false;
      if (stored !== undefined) {
        stored.then(
          () => this.#goOn(tasks),
          (error: unknown) => this.#run.lost(error),
        );
        return;
      }
      this.#run.stored(tasks);
    }
    this.#isAppending = false;
    this.#run.emptied();
  }

  #goOn(tasks: readonly Task[]): void {
    this.#isAppending = false;
    if (this.#isClosed) return;
    this.#run.stored(tasks);
    this.flush();
  }

  /** Nothing is stored or told any more. */
  close(): void {
    this.#isClosed = true;
  }
}
