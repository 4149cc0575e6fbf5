/** One thing that happened: what a publisher hands over and a subscriber receives. */
export interface Event<Data = unknown> {
  /** Unique and ordered by time: 26 characters of Crockford base 32 that sort as strings (a ULID). */
  readonly id: string;
  /** Dot-separated words, such as `orders.created`. */
  readonly topic: string;
  /** Milliseconds since 1970-01-01 UTC, when the event was published. */
  readonly timeMs: number;
  /** Events with the same key belong together and keep their order. */
  readonly key?: string | undefined;
  /** The id shared by everything that one outside request set off. */
  readonly correlationId?: string | undefined;
  /** The id of the event that caused this one. */
  readonly causationId?: string | undefined;
  /** Two events with the same idempotency key inside the dedup window are one event. */
  readonly idempotencyKey?: string | undefined;
  /** The span that published it, as W3C Trace Context writes it in `traceparent`; a handler's span goes on from there. */
  readonly traceparent?: string | undefined;
  /** The payload: anything that JSON can carry. */
  readonly data: Data;
}

/** What a caller gives to publish an event; the engine adds id and time. */
export interface EventInput<Data = unknown> {
  readonly topic: string;
  readonly data: Data;
  readonly key?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly traceparent?: string | undefined;
}
