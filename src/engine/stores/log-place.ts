import { DynoError, messageOf } from "../../base/errors.ts";
import type { Place } from "../delivery/place.ts";
import type { Position } from "../store.ts";
import type { LogFiles } from "./log-files.ts";
import { type LogJournal, openLogJournal } from "./log-journal.ts";

/** Where a group stands, on the disk. */
export interface LogPlace {
  readonly place: Place;
  /**
   * Writes the place as it is then; those who ask while a write is under way share the next. It is not synced: after a
   * power cut the group may stand where it stood a little earlier, and is handed some entries again.
   */
  save(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

type Line = readonly [
  after: Position | null,
  pending: readonly (readonly [entry: string, text: string | null])[],
];

/** The journal holds whole places, one after the other, and begins anew when it is this large. */
const maxJournalBytes = 1_048_576;

/** Opens a group's place; `begin` gives it where there is none on the disk. */
export async function openLogPlace(
  path: string,
  begin: () => Position | undefined,
  files?: LogFiles,
): Promise<LogPlace> {
  let last: string | undefined;
  const onText = (text: string): void => {
    last = text;
  };
  const journal = await openLogJournal(path, onText, files);
  try {
    const place: Place = last === undefined ? { after: begin(), pending: new Map() } : parse(path, last);
    return new JournalPlace(place, journal);
  } catch (error) {
    await journal.close().catch(() => undefined);
    throw error;
  }
}

function parse(path: string, text: string): Place {
  try {
    const [after, pending] = JSON.parse(text) as Line;
    return {
      after: after ?? undefined,
      pending: new Map(pending.map(([entry, progress]) => [entry, progress ?? undefined])),
    };
  } catch (cause) {
    throw new DynoError("corrupt", `${path} does not say where a group stands: ${messageOf(cause)}`, {
      cause,
    });
  }
}

class JournalPlace implements LogPlace {
  readonly place: Place;
  readonly #journal: LogJournal;
  #running: Promise<void> = Promise.resolve();
  #planned: Promise<void> | undefined;

  constructor(place: Place, journal: LogJournal) {
    this.place = place;
    this.#journal = journal;
  }

  save(): Promise<void> {
    this.#planned ??= this.#afterRunning(() => {
      this.#planned = undefined;
      return this.#write();
    });
    return this.#planned;
  }

  async #write(): Promise<void> {
    const { after, pending } = this.place;
    const line: Line = [after ?? null, [...pending].map(([entry, text]) => [entry, text ?? null])];
    const text = JSON.stringify(line);
    if (this.#journal.bytes + text.length > maxJournalBytes) await this.#journal.replace(text);
    else await this.#journal.append(text);
  }

  sync(): Promise<void> {
    return this.#afterRunning(() => this.#journal.sync());
  }

  #afterRunning(step: () => Promise<void>): Promise<void> {
    const done = this.#running.then(step);
    this.#running = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#journal.close();
  }
}
