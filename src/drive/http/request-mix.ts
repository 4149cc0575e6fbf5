import { createRandom, deriveSeed, type Random } from "../../base/random.ts";
import type { Expectation } from "./answer-checks.ts";
import type { WireRequest } from "./connection.ts";
import { fillIn, type Template, type TemplateContext, type TemplatePart } from "./template.ts";

/** One kind of request, its texts compiled. */
export interface RequestKind {
  readonly name: string;
  /** How often it comes, by those of the others. */
  readonly weight: number;
  readonly method: string;
  readonly path: Template;
  readonly headers: readonly (readonly [name: string, value: Template])[];
  readonly body: Template | undefined;
  readonly expected: Expectation;
}

/** A request to be sent, and what is expected of its answer. */
export interface PlannedRequest {
  readonly wire: WireRequest;
  readonly expected: Expectation;
}

/** What the requests of a run are made of. */
export interface MixOptions {
  readonly kinds: readonly RequestKind[];
  /** `sequence`: one kind after the other, weights as repetitions. `mix`: drawn by weight. */
  readonly order: "sequence" | "mix";
  /** The `Host` header. */
  readonly host: string;
  /** Rows of CSV files by name; each request draws one of each. */
  readonly data: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
  readonly seed: number;
}

/** Gives the request of each operation, in the order of the calls; the same seed gives the same requests. */
export function createRequestMix({
  kinds,
  order,
  host,
  data,
  seed,
}: MixOptions): (n: number) => PlannedRequest {
  const encoders = kinds.map((kind) => createEncoder(kind, host));
  const choose = createChoice(kinds, order, createRandom(deriveSeed(seed, "requests")));
  const random = createRandom(deriveSeed(seed, "values"));
  const drawRow = createRowDraw(data, createRandom(deriveSeed(seed, "rows")));
  return (n) => {
    const encode = encoders[choose(n)];
    if (encode === undefined) throw new RangeError("there are no requests");
    return encode({ n, random, row: drawRow() });
  };
}

type Encode = (context: TemplateContext) => PlannedRequest;

const idempotent = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]);

/** What is the same for every request is encoded once, texts that stand side by side as one. */
function createEncoder({ method, path, headers, body, expected }: RequestKind, host: string): Encode {
  const common = { isHead: method === "HEAD", isIdempotent: idempotent.has(method) };
  const lines = headers.flatMap(([name, value]) => [`${name}: `, ...value.parts, "\r\n"]);
  const head = joined([`${method} `, ...path.parts, ` HTTP/1.1\r\nhost: ${host}\r\n`, ...lines]);
  const encode = (context: TemplateContext): PlannedRequest => {
    const text = fillIn(head, context);
    if (body === undefined) return { wire: { ...common, bytes: `${text}\r\n` }, expected };
    const content = body.render(context);
    const length = `content-length: ${Buffer.byteLength(content)}\r\n\r\n`;
    return { wire: { ...common, bytes: text + length + content }, expected };
  };
  const isFixed = (body?.isFixed ?? true) && head.every((part) => typeof part === "string");
  if (!isFixed) return encode;
  const { wire } = encode({ n: 0, random: createRandom(0), row: {} });
  const fixed = { wire: { ...wire, bytes: Buffer.from(wire.bytes) }, expected };
  return () => fixed;
}

function joined(parts: readonly TemplatePart[]): readonly TemplatePart[] {
  const all: TemplatePart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (typeof part === "string" && typeof last === "string") all[all.length - 1] = last + part;
    else if (part !== "") all.push(part);
  }
  return all;
}

function createChoice(
  kinds: readonly RequestKind[],
  order: MixOptions["order"],
  random: Random,
): (n: number) => number {
  if (kinds.length === 1) return () => 0;
  if (order === "sequence") {
    const turns = kinds.flatMap(({ weight }, i) => Array.from({ length: weight }, () => i));
    return (n) => turns[n % turns.length] ?? 0;
  }
  const ends: number[] = [];
  for (const { weight } of kinds) ends.push((ends.at(-1) ?? 0) + weight);
  const total = ends.at(-1) ?? 0;
  return () => {
    const drawn = random.next() * total;
    return ends.findIndex((end) => drawn < end);
  };
}

function createRowDraw(data: MixOptions["data"], random: Random): () => TemplateContext["row"] {
  const sources = Object.entries(data);
  if (sources.length === 0) {
    const none = {};
    return () => none;
  }
  return () =>
    Object.fromEntries(sources.map(([name, rows]) => [name, rows[random.integer(rows.length)] ?? {}]));
}
