import { DynoError } from "../../base/errors.ts";
import type { DeadRecord } from "../store.ts";
import type { LogFiles } from "./log-files.ts";
import { type LogJournal, openLogJournal } from "./log-journal.ts";
import { readFramesOf } from "./log-segment.ts";

/** The dead letters of a group, in a file of their own, so that trimming never meets them. */
export interface LogDead {
  /** Resolves when they are on the disk. One that is there already is not added again. */
  add(records: readonly DeadRecord[]): Promise<void>;
  remove(records: readonly DeadRecord[]): Promise<void>;
  read(): AsyncIterable<DeadRecord>;
  close(): Promise<void>;
}

type Line = DeadRecord | { readonly removed: readonly string[] };

/** Opens the dead letters in a file; only their ids and places are kept in memory. */
export async function openLogDead(path: string, files?: LogFiles): Promise<LogDead> {
  const offsets = new Map<string, number>();
  const onText = (text: string, offset: number): void => {
    const line = JSON.parse(text) as Line;
    if ("id" in line) offsets.set(line.id, offset);
    else for (const id of line.removed) offsets.delete(id);
  };
  const journal = await openLogJournal(path, onText, files);
  return new DeadJournal(path, journal, offsets);
}

class DeadJournal implements LogDead {
  readonly #path: string;
  readonly #journal: LogJournal;
  readonly #offsets: Map<string, number>;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(path: string, journal: LogJournal, offsets: Map<string, number>) {
    this.#path = path;
    this.#journal = journal;
    this.#offsets = offsets;
  }

  add(records: readonly DeadRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const { id, text } of records) {
        if (this.#offsets.has(id)) continue;
        this.#offsets.set(id, await this.#journal.append(JSON.stringify({ id, text })));
      }
      await this.#journal.sync();
    });
  }

  remove(records: readonly DeadRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      const removed = records.map(({ id }) => id).filter((id) => this.#offsets.delete(id));
      if (this.#offsets.size === 0) return this.#journal.replace(undefined);
      await this.#journal.append(JSON.stringify({ removed }));
      await this.#journal.sync();
    });
  }

  /** One step after the other: what was added while the file is replaced would be lost. */
  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const done = this.#changing.then(step);
    this.#changing = done.catch(() => undefined);
    return done;
  }

  async *read(): AsyncGenerator<DeadRecord> {
    for (const id of [...this.#offsets.keys()].toSorted()) {
      const record = await this.#inTurn(() => this.#readOne(id));
      if (record !== undefined) yield record;
    }
  }

  async #readOne(id: string): Promise<DeadRecord | undefined> {
    const offset = this.#offsets.get(id);
    if (offset === undefined) return undefined;
    for await (const frame of readFramesOf(this.#path, offset)) {
      if ("broken" in frame) break;
      const { text } = JSON.parse(frame.payload.toString()) as DeadRecord;
      return { id, text };
    }
    throw new DynoError("corrupt", `${this.#path} is damaged at byte ${offset}: no dead letter is there`);
  }

  async close(): Promise<void> {
    await this.#changing;
    await this.#journal.close();
  }
}
