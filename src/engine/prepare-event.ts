import { DynoError, messageOf } from "../base/errors.ts";
import type { EventInput } from "./event.ts";
import type { PreparedEvent } from "./store.ts";

/** Makes an input ready for a store: with id and time, and its data as JSON. Throws a DynoError `usage`. */
export function prepareEvent(input: EventInput, id: string, timeMs: number): PreparedEvent {
  if (typeof input.topic !== "string" || input.topic === "") {
    throw new DynoError("usage", `an event needs a topic, a text such as orders.created, not ${input.topic}`);
  }
  return {
    id,
    topic: input.topic,
    timeMs,
    key: input.key,
    correlationId: input.correlationId,
    causationId: input.causationId,
    idempotencyKey: input.idempotencyKey,
    traceparent: input.traceparent,
    data: input.data,
    json: toJson(input),
  };
}

/** Printable ASCII but for the quote and the backslash: text that JSON only puts between quotes. */
const needsEscape = /[^ !#-[\]-~]/;

function toJson({ topic, data }: EventInput): string {
  // A third of the time that JSON.stringify takes for a text of 256 characters.
  if (typeof data === "string" && !needsEscape.test(data)) return `"${data}"`;
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch (cause) {
    throw new DynoError("usage", `the data of an event on ${topic} is no JSON: ${messageOf(cause)}`, {
      cause,
    });
  }
  // JSON has no undefined, no function and no symbol.
  return json ?? "null";
}
