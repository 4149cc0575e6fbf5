/** Counts the calls of the last while. */
export interface CallWindow {
  add(nowMicros: number, failed: boolean, slow: boolean): void;
  /** Forgets what is too old by now. */
  turn(nowMicros: number): void;
  clear(): void;
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

const slices = 10;

/** Creates a window of `windowMs` in ten slices; a slice is forgotten as a whole. No timer: it turns when it is used. */
export function createCallWindow(windowMs: number): CallWindow {
  return new SlicedWindow((windowMs * 1000) / slices);
}

class SlicedWindow implements CallWindow {
  readonly #sliceMicros: number;
  readonly #counts = new Int32Array(slices * 3);
  /** The number of the newest slice since the clock's origin. */
  #newest = 0;
  calls = 0;
  failures = 0;
  slow = 0;

  constructor(sliceMicros: number) {
    this.#sliceMicros = sliceMicros;
  }

  add(nowMicros: number, failed: boolean, slow: boolean): void {
    this.turn(nowMicros);
    const at = (this.#newest % slices) * 3;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.calls++;
    if (failed) {
      this.#counts[at + 1] = (this.#counts[at + 1] ?? 0) + 1;
      this.failures++;
    }
    if (slow) {
      this.#counts[at + 2] = (this.#counts[at + 2] ?? 0) + 1;
      this.slow++;
    }
  }

  turn(nowMicros: number): void {
    const current = Math.floor(nowMicros / this.#sliceMicros);
    if (current <= this.#newest) return;
    if (current - this.#newest >= slices) this.clear();
    else for (let slice = this.#newest + 1; slice <= current; slice++) this.#forget((slice % slices) * 3);
    this.#newest = current;
  }

  clear(): void {
    this.#counts.fill(0);
    this.calls = 0;
    this.failures = 0;
    this.slow = 0;
  }

  #forget(at: number): void {
    this.calls -= this.#counts[at] ?? 0;
    this.failures -= this.#counts[at + 1] ?? 0;
    this.slow -= this.#counts[at + 2] ?? 0;
    this.#counts.fill(0, at, at + 3);
  }
}
