import type { StoredEvent } from "../store.ts";
import type { Progress } from "./progress.ts";

/** An entry in the hands of a consumer. */
export interface OpenEntry {
  readonly entry: string;
  readonly progress: Progress;
  /** When its first event was published, in ms since 1970, UTC. */
  readonly timeMs: number;
  /** Whether it was handed out before, so that a process may have died of one of its events. */
  readonly isSuspect: boolean;
  /** Whether what is known of it has changed since it was last recorded. */
  isChanged: boolean;
}

/** One event on its way through a handler. */
export interface Job {
  readonly open: OpenEntry;
  readonly index: number;
  readonly event: StoredEvent;
  /** The key whose lane it occupies; undefined for none. */
  readonly lane: string | undefined;
}

/** How often a job was tried before. */
export function attemptsOf({ open, index }: Job): number {
  return open.progress.attemptsOf(index);
}

/** Sets how often a job was tried; to be recorded by the caller. */
export function setAttempts({ open, index }: Job, attempts: number): void {
  open.progress.setAttempts(index, attempts);
}
