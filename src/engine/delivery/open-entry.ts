import { DynoError, messageOf } from "../../base/errors.ts";
import type { GroupEntry, StoredEvent } from "../store.ts";
import { redrivenEvent, redriveTopic } from "./dead-letter.ts";
import type { Job, OpenEntry } from "./job.ts";
import { Progress } from "./progress.ts";

/** What a consumer finds in an entry that it is handed. */
export interface Opened {
  readonly open: OpenEntry;
  /** The events that are to be handled, in order. */
  readonly jobs: readonly Job[];
  /** Events that cannot be read; nobody can handle them. */
  readonly unreadable: readonly { readonly job: Job; readonly error: unknown }[];
  /** How many events the group's pattern does not match; they are done. */
  readonly passedOver: number;
}

/** How a group sees events. */
export interface OpeningOptions {
  readonly group: string;
  readonly matches: (topic: string) => boolean;
  readonly perKeyOrder: boolean;
  readonly report: (error: unknown) => void;
}

/** Makes jobs of an entry's events, but for those that are done and those that the group does not want. */
export function openEntry(given: GroupEntry, options: OpeningOptions): Opened {
  const { entry, events, isLeftover } = given;
  const progress = progressOf(given, options);
  const timeMs = events[0]?.timeMs ?? 0;
  const open: OpenEntry = { entry, progress, timeMs, isSuspect: isLeftover, isChanged: false };
  const ownTopic = redriveTopic(options.group);
  const jobs: Job[] = [];
  const unreadable: Opened["unreadable"][number][] = [];
  let passedOver = 0;
  for (let index = 0; index < events.length; index++) {
    const stored = events[index] as StoredEvent;
    if (progress.isDone(index)) continue;
    const isRedriven = stored.topic === ownTopic;
    if (!isRedriven && given.damage === undefined && !options.matches(stored.topic)) {
      passedOver++;
      progress.setDone(index);
      continue;
    }
    try {
      if (given.damage !== undefined) throw given.damage;
      const event = isRedriven ? redrivenEvent(stored) : stored;
      jobs.push({ open, index, event, lane: options.perKeyOrder ? event.key : undefined });
    } catch (error) {
      unreadable.push({ job: { open, index, event: stored, lane: undefined }, error });
    }
  }
  return { open, jobs, unreadable, passedOver };
}

/** A record that cannot be read is as good as none: then events are handled again. */
function progressOf({ entry, events, progress }: GroupEntry, { group, report }: OpeningOptions): Progress {
  try {
    return new Progress(events.length, progress);
  } catch (error) {
    const text = `group ${group}, entry ${entry}: ${messageOf(error)}; all its events are handled again`;
    report(new DynoError("corrupt", text, { cause: error }));
    return new Progress(events.length);
  }
}
