import { DynoError } from "../../base/errors.ts";

/**
 * What is known of the events of an entry: which are done, and how often the others were tried. As text it is kept
 * beside the group, so that it survives a restart.
 */
export class Progress {
  readonly #done: Uint8Array;
  readonly #attempts = new Map<number, number>();
  /** Events that are not done. */
  left: number;

  /** `text` is what `toText` gave. Throws a DynoError `corrupt` where it is something else. */
  constructor(events: number, text?: string) {
    this.#done = new Uint8Array(Math.ceil(events / 8));
    this.left = events;
    if (text !== undefined) this.#restore(events, text);
  }

  isDone(index: number): boolean {
    return ((this.#done[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  /** Marks an event done that was not. */
  setDone(index: number): void {
    this.#done[index >> 3] = (this.#done[index >> 3] ?? 0) | (1 << (index & 7));
    this.left--;
    if (this.#attempts.size > 0) this.#attempts.delete(index);
  }

  /** How often an event was tried, without success as far as is known. */
  attemptsOf(index: number): number {
    return this.#attempts.get(index) ?? 0;
  }

  setAttempts(index: number, attempts: number): void {
    if (attempts > 0) this.#attempts.set(index, attempts);
    else this.#attempts.delete(index);
  }

  toText(): string {
    const done = Buffer.from(this.#done).toString("base64");
    return JSON.stringify([done, ...[...this.#attempts].flat()]);
  }

  #restore(events: number, text: string): void {
    const [done, attempts] = parse(text);
    this.#done.set(done.subarray(0, this.#done.length));
    for (let i = 0; i + 1 < attempts.length; i += 2) {
      this.setAttempts(attempts[i] ?? 0, attempts[i + 1] ?? 0);
    }
    for (let i = 0; i < events; i++) if (this.isDone(i)) this.left--;
  }
}

function parse(text: string): readonly [done: Buffer, attempts: readonly number[]] {
  try {
    const [done, ...attempts] = JSON.parse(text) as [string, ...number[]];
    return [Buffer.from(done, "base64"), attempts];
  } catch (cause) {
    throw new DynoError("corrupt", `"${text}" is no record of a group's progress`, { cause });
  }
}
