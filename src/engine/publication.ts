import type { BegunEvent } from "./first-events.ts";
import type { Append, Commit } from "./group-commit.ts";
import type { AckLevel, PreparedEvent } from "./store.ts";

/**
 * One publish on its way into the store. It is the append and the first event of its key in one, since at 300,000
 * events a second every object that an event takes is seen in the 99th percentile.
 */
export class Publication<Receipt> implements Append, BegunEvent {
  readonly event: PreparedEvent;
  readonly level: AckLevel;
  /** Settles when the event is stored or has failed. */
  readonly receipt: Promise<Receipt>;
  underWay: Promise<unknown> | undefined;
  index = 0;
  commit: Commit | undefined;
  print0 = 0;
  print1 = 0;
  print2 = 0;
  print3 = 0;
  resolve: (receipt: Receipt) => void = unset;
  reject: (error: unknown) => void = unset;
  readonly #onSettled: (publication: Publication<Receipt>, error: unknown) => void;

  /** `onSettled` resolves or rejects the receipt. */
  constructor(
    event: PreparedEvent,
    level: AckLevel,
    onSettled: (publication: Publication<Receipt>, error: unknown) => void,
  ) {
    this.event = event;
    this.level = level;
    this.#onSettled = onSettled;
    this.receipt = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.underWay = this.receipt;
  }

  get id(): string {
    return this.event.id;
  }

  settle(error?: unknown): void {
    this.#onSettled(this, error);
  }
}

function unset(): void {}
