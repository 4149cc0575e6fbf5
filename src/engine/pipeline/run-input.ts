import type { Event } from "../event.ts";
import type { RunInput } from "./run-record.ts";

/** An event as expressions read it and records keep it: JSON has null and no undefined. */
export function inputOf(event: Event): RunInput {
  const { id, topic, timeMs, key, correlationId, causationId, traceparent, data } = event;
  return {
    id,
    topic,
    timeMs,
    key: key ?? null,
    correlationId: correlationId ?? null,
    causationId: causationId ?? null,
    traceparent: traceparent ?? null,
    data,
  };
}

/** The event again. */
export function eventOf(input: RunInput): Event {
  const { id, topic, timeMs, key, correlationId, causationId, traceparent, data } = input;
  return {
    id,
    topic,
    timeMs,
    key: key ?? undefined,
    correlationId: correlationId ?? undefined,
    causationId: causationId ?? undefined,
    traceparent: traceparent ?? undefined,
    data,
  };
}
