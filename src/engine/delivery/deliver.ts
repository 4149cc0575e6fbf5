import type { Delivery } from "./consume-options.ts";

/** Makes deliveries whose signals are aborted together. */
export interface DeliverySource {
  begin(attempt: number): BegunDelivery;
  /** Aborts the signals of all that have not ended, and of all that begin from now on. */
  abort(reason: unknown): void;
}

/** A delivery that is under way. */
export interface BegunDelivery extends Delivery {
  /** Nobody listens to its signal any more. */
  end(): void;
}

/**
 * Creates a source. A signal is made when a handler asks for it: one for all would gather the listeners of handlers
 * that forget to take them away, and one for each that nobody asks for would cost more than the rest of a delivery.
 */
export function createDeliverySource(): DeliverySource {
  const live = new Set<AbortController>();
  const state: { aborted: { readonly reason: unknown } | undefined } = { aborted: undefined };
  const signalOf = (): AbortController => {
    const controller = new AbortController();
    if (state.aborted === undefined) live.add(controller);
    else controller.abort(state.aborted.reason);
    return controller;
  };
  return {
    begin: (attempt) => new LazyDelivery(attempt, signalOf, live),
    abort: (reason) => {
      state.aborted = { reason };
      for (const controller of live) controller.abort(reason);
      live.clear();
    },
  };
}

class LazyDelivery implements BegunDelivery {
  readonly attempt: number;
  readonly #make: () => AbortController;
  readonly #live: Set<AbortController>;
  #controller: AbortController | undefined;

  constructor(attempt: number, make: () => AbortController, live: Set<AbortController>) {
    this.attempt = attempt;
    this.#make = make;
    this.#live = live;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#make();
    return this.#controller.signal;
  }

  end(): void {
    if (this.#controller !== undefined) this.#live.delete(this.#controller);
  }
}
