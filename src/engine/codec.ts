import { DynoError, messageOf } from "../base/errors.ts";
import type { Position, PreparedEvent, StoredEvent } from "./store.ts";

/**
 * A batch as one text: a version, the length of its head, the head, and the events' data as JSON back to back.
 *
 * The head is one JSON array with a column per field, and a column of texts is one text, so that a batch costs a few
 * native calls however many events it has; the data stays text until somebody reads it. Measured against one JSON
 * object a line, this decodes about five times as many events a second.
 */
type Head = readonly [
  ids: TextColumn,
  firstTimeMs: number,
  /** After the first one's. */
  timesMs: NumberColumn,
  topics: readonly string[],
  topicIndexes: NumberColumn,
  dataLengths: NumberColumn,
  keys: TextColumn,
  idempotencyKeys: TextColumn,
  correlationIds: TextColumn,
  causationIds: TextColumn,
  traceparents: TextColumn,
];

/** One number where all events have the same. */
type NumberColumn = readonly number[] | number;

/** The texts back to back and their lengths, -1 for an event that has none; 0 where no event has any. */
type TextColumn = readonly [texts: string, lengths: NumberColumn] | 0;

const version = "3";

/** Packs events, in order, into one text. */
export function encodeBatch(batch: readonly PreparedEvent[]): string {
  const topics = new Map<string, number>();
  const indexes = new Array<number>(batch.length);
  const timesMs = new Array<number>(batch.length);
  const lengths = new Array<number>(batch.length);
  const firstTimeMs = batch[0]?.timeMs ?? 0;
  let data = "";
  for (let i = 0; i < batch.length; i++) {
    const { topic, timeMs, json } = batch[i] as PreparedEvent;
    let index = topics.get(topic);
    if (index === undefined) {
      index = topics.size;
      topics.set(topic, index);
    }
    indexes[i] = index;
    timesMs[i] = timeMs - firstTimeMs;
    lengths[i] = json.length;
    data += json;
  }
  const head: Head = [
    textColumn(batch, "id"),
    firstTimeMs,
    numberColumn(timesMs),
    [...topics.keys()],
    numberColumn(indexes),
    numberColumn(lengths),
    textColumn(batch, "key"),
    textColumn(batch, "idempotencyKey"),
    textColumn(batch, "correlationId"),
    textColumn(batch, "causationId"),
    textColumn(batch, "traceparent"),
  ];
  const headText = JSON.stringify(head);
  return `${version}${batch.length},${headText.length}\n${headText}${data}`;
}

type TextField = "id" | "key" | "idempotencyKey" | "correlationId" | "causationId" | "traceparent";

function textColumn(batch: readonly PreparedEvent[], field: TextField): TextColumn {
  // Most columns are empty, and then nothing is allocated.
  if (batch.every((event) => event[field] === undefined)) return 0;
  let texts = "";
  const lengths = new Array<number>(batch.length);
  for (let i = 0; i < batch.length; i++) {
    const text = batch[i]?.[field];
    lengths[i] = text === undefined ? -1 : text.length;
    if (text !== undefined) texts += text;
  }
  return [texts, numberColumn(lengths)];
}

function numberColumn(values: readonly number[]): NumberColumn {
  const [first = 0] = values;
  return values.every((value) => value === first) ? first : values;
}

/** A stored event as it was before it was stored, to be stored elsewhere. */
export function preparedOf(event: StoredEvent): PreparedEvent {
  const { id, topic, timeMs, key, correlationId, causationId, idempotencyKey, traceparent } = event;
  const json = event instanceof DecodedEvent ? event.json : JSON.stringify(event.data);
  // Nobody reads the data of an event that is only stored, and parsing it would take longer than all the rest.
  const about = { id, topic, timeMs, key, correlationId, causationId, idempotencyKey, traceparent };
  return { ...about, data: undefined, json };
}

/** How many events a packed batch holds, by its first characters (16 are enough); 0 for something else. */
export function countOf(text: string): number {
  return Number(counted.exec(text)?.[1] ?? 0);
}

const counted = new RegExp(`^${version}(\\d{1,9}),`);

/** Unpacks what `encodeBatch` packed; `entry` becomes part of each position. Throws a DynoError `corrupt`. */
export function decodeBatch(text: string, entry: string): StoredEvent[] {
  const { count, head, dataStart } = parseHead(text, entry);
  const [, firstTimeMs, timesMs, topics, topicIndexes, dataLengths] = head;
  const unpack = (column: TextColumn): ((i: number) => string | undefined) => {
    const texts = textsOf(column, count);
    if (texts === undefined) throw corrupt(entry, "a text column of its head does not fit its lengths");
    return (i) => texts[i];
  };
  const [id, key, idempotencyKey] = [unpack(head[0]), unpack(head[6]), unpack(head[7])];
  const [correlationId, causationId, traceparent] = [unpack(head[8]), unpack(head[9]), unpack(head[10])];
  const events = new Array<StoredEvent>(count);
  let at = dataStart;
  for (let i = 0; i < count; i++) {
    const eventId = id(i);
    const topic = topics[numberAt(topicIndexes, i)];
    const timeMs = firstTimeMs + numberAt(timesMs, i);
    const length = numberAt(dataLengths, i);
    if (
      eventId === undefined ||
      typeof topic !== "string" ||
      !Number.isFinite(timeMs) ||
      !isLength(length, 0)
    ) {
      throw corrupt(entry, `event ${i} has no id, topic, time or length`);
    }
    events[i] = new DecodedEvent(
      eventId,
      topic,
      timeMs,
      text.slice(at, at + length),
      { entry, index: i },
      key(i),
      idempotencyKey(i),
      correlationId(i),
      causationId(i),
      traceparent(i),
    );
    at += length;
  }
  if (at !== text.length) {
    throw corrupt(entry, `its data has ${text.length - dataStart} characters, not ${at - dataStart}`);
  }
  return events;
}

function numberAt(column: NumberColumn, i: number): number {
  return typeof column === "number" ? column : (column[i] ?? Number.NaN);
}

function isLength(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}

/** The texts of a column, undefined for an event that has none; undefined altogether where they do not fit. */
function textsOf(column: TextColumn, count: number): readonly (string | undefined)[] | undefined {
  if (column === 0) return [];
  const [texts, lengths] = column;
  const all = new Array<string | undefined>(count).fill(undefined);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = numberAt(lengths, i);
    if (!isLength(length, -1)) return undefined;
    if (length >= 0) all[i] = texts.slice(at, at + length);
    at += Math.max(0, length);
  }
  return at === texts.length ? all : undefined;
}

const start = new RegExp(`^${version}(\\d{1,9}),(\\d{1,9})\\n`);

function parseHead(
  text: string,
  entry: string,
): { readonly count: number; readonly head: Head; readonly dataStart: number } {
  const [opening, count, length] = start.exec(text.slice(0, 32)) ?? [];
  if (opening === undefined) throw corrupt(entry, `it has no head of version ${version}`);
  // Every event has a character of data at least; so a damaged count cannot ask for more memory than there is text.
  if (Number(count) > text.length) throw corrupt(entry, "it has not room for its events");
  const dataStart = opening.length + Number(length);
  let head: unknown;
  try {
    head = JSON.parse(text.slice(opening.length, dataStart));
  } catch (cause) {
    throw corrupt(entry, `its head cannot be parsed: ${messageOf(cause)}`, cause);
  }
  if (!isHead(head, Number(count))) throw corrupt(entry, "the columns of its head do not fit together");
  return { count: Number(count), head, dataStart };
}

/** Whether every column is one, with a value for each event; the values are looked at one by one. */
function isHead(head: unknown, count: number): head is Head {
  if (!Array.isArray(head) || head.length !== 11) return false;
  const [ids, firstTimeMs, timesMs, topics, topicIndexes, dataLengths, ...optionals] = head as unknown[];
  const isNumberColumn = (column: unknown): boolean =>
    typeof column === "number" || (Array.isArray(column) && column.length === count);
  const isTextColumn = (column: unknown): boolean =>
    column === 0 ||
    (Array.isArray(column) &&
      column.length === 2 &&
      typeof column[0] === "string" &&
      isNumberColumn(column[1]));
  return (
    typeof firstTimeMs === "number" &&
    Array.isArray(topics) &&
    [timesMs, topicIndexes, dataLengths].every(isNumberColumn) &&
    [ids, ...optionals].every(isTextColumn)
  );
}

function corrupt(entry: string, reason: string, cause?: unknown): DynoError {
  return new DynoError("corrupt", `entry ${entry} is no batch of events: ${reason}`, { cause });
}

function parseData(json: string, { entry, index }: Position): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw corrupt(entry, `the data of event ${index} cannot be parsed: ${messageOf(cause)}`, cause);
  }
}

class DecodedEvent implements StoredEvent {
  readonly id: string;
  readonly topic: string;
  readonly timeMs: number;
  readonly position: Position;
  readonly key: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly correlationId: string | undefined;
  readonly causationId: string | undefined;
  readonly traceparent: string | undefined;
  readonly #json: string;
  #data: unknown;

  constructor(
    id: string,
    topic: string,
    timeMs: number,
    json: string,
    position: Position,
    key: string | undefined,
    idempotencyKey: string | undefined,
    correlationId: string | undefined,
    causationId: string | undefined,
    traceparent: string | undefined,
  ) {
    this.id = id;
    this.topic = topic;
    this.timeMs = timeMs;
    this.position = position;
    this.key = key;
    this.idempotencyKey = idempotencyKey;
    this.correlationId = correlationId;
    this.causationId = causationId;
    this.traceparent = traceparent;
    this.#json = json;
  }

  get json(): string {
    return this.#json;
  }

  get data(): unknown {
    if (this.#data === undefined) this.#data = parseData(this.#json, this.position);
    return this.#data;
  }

  toJSON(): object {
    return { ...this, data: this.data };
  }
}
