import { DynoError, messageOf } from "../../base/errors.ts";
import type { EventInput } from "../event.ts";
import type { DeadRecord, StoredEvent } from "../store.ts";

/** An event that a group has given up. */
export interface DeadLetter<Data = unknown> {
  readonly group: string;
  /** With the position at which it lay when it was given up; it may have been trimmed since. */
  readonly event: StoredEvent<Data>;
  /** How often it was tried. */
  readonly attempts: number;
  /** The message of the last error. */
  readonly reason: string;
  readonly stack: string | undefined;
  /** Milliseconds since 1970, UTC. */
  readonly failedAtMs: number;
}

/** What a group says of an event that it gives up for an error. */
export function gaveUp({ group, event, attempts, reason }: DeadLetter, cause: unknown): DynoError {
  const text = `group ${group} gave up event ${event.id} on ${event.topic} after ${attempts} attempts: ${reason}. It is a dead letter now; redrive brings it back`;
  return new DynoError("rejected", text, { cause });
}

/** Makes a dead letter into the text that a store keeps. */
export function deadRecordOf({ event, ...letter }: DeadLetter): DeadRecord {
  const { id, topic, timeMs, key, correlationId, causationId, idempotencyKey, traceparent } = event;
  const ids = { correlationId, causationId, idempotencyKey, traceparent };
  const fields = { id, topic, timeMs, key, ...ids, position: event.position, data: dataOf(event) };
  return { id, text: JSON.stringify({ ...letter, event: fields }) };
}

/** Data that cannot be parsed may be what the handler failed on. */
function dataOf(event: StoredEvent): unknown {
  try {
    return event.data;
  } catch {
    return undefined;
  }
}

/** Reads a dead letter back. Throws a DynoError `corrupt`. */
export function deadLetterOf({ id, text }: DeadRecord): DeadLetter {
  try {
    return JSON.parse(text) as DeadLetter;
  } catch (cause) {
    throw new DynoError("corrupt", `dead letter ${id} cannot be parsed: ${messageOf(cause)}`, { cause });
  }
}

/** The event as it was, inside the event that brings it back. */
interface Redriven {
  readonly topic: string;
  readonly timeMs: number;
  readonly data: unknown;
  readonly idempotencyKey?: string | undefined;
}

/** The topic on which a group gets its dead letters again. No pattern of a user's matches it. */
export function redriveTopic(group: string): string {
  return `$redrive.${group}`;
}

/** The event that brings a dead letter back to its group; a second one inside the dedup window is a duplicate. */
export function redriveInput({ group, event }: DeadLetter): EventInput<Redriven> {
  const { id, key, correlationId, traceparent, topic, timeMs, data, idempotencyKey } = event;
  return {
    topic: redriveTopic(group),
    key,
    correlationId,
    traceparent,
    causationId: id,
    idempotencyKey: `${redriveTopic(group)}:${id}`,
    data: { topic, timeMs, data, idempotencyKey },
  };
}

/** What a group's handler is given in place of a redrive: the old event with a new id, caused by the old one. */
export function redrivenEvent(event: StoredEvent): StoredEvent {
  const { topic, timeMs, data, idempotencyKey } = event.data as Redriven;
  const { id, key, correlationId, causationId, traceparent, position } = event;
  return { id, topic, timeMs, key, correlationId, causationId, idempotencyKey, traceparent, data, position };
}
