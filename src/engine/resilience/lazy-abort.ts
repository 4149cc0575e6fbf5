/** An abort that costs an AbortController only where a signal is asked for: 2 us and 2 kB, many times a guarded call. */
export interface LazyAbort {
  readonly isAborted: boolean;
  /** Made at first use; aborted already where the abort is over. */
  readonly signal: AbortSignal;
  /** Calls the listener at the abort, or at once where it is over. Returns what stops it. */
  listen(listener: (reason: unknown) => void): () => void;
  /** Aborts once; a second time does nothing. */
  abort(reason: unknown): void;
}

/** Creates one that is not aborted. */
export function createLazyAbort(): LazyAbort {
  return new Lazy();
}

class Lazy implements LazyAbort {
  isAborted = false;
  #reason: unknown = undefined;
  #controller: AbortController | undefined = undefined;
  readonly #listeners = new Set<(reason: unknown) => void>();

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.isAborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  listen(listener: (reason: unknown) => void): () => void {
    if (this.isAborted) listener(this.#reason);
    else this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  abort(reason: unknown): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const listener of this.#listeners) listener(reason);
    this.#listeners.clear();
  }
}
