import { createRandom, deriveSeed, type Random } from "../../base/random.ts";
import type { Answer, Expectation } from "./answer-checks.ts";
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

/** What holds an answer against what was expected; throws a WrongAnswer. */
type Check = (answer: Answer) => void;

/** A request to be sent, and what is expected of its answer. */
export interface PlannedRequest {
  readonly wire: WireRequest;
  readonly check: Check;
}

/** A request in its parts, for who puts it on the wire himself. */
export interface RequestParts {
  readonly kind: RequestKind;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What the requests of a run are made of. */
export interface MixOptions {
  readonly kinds: readonly RequestKind[];
  /** `sequence`: one kind after the other, weights as repetitions. `mix`: drawn by weight. */
  readonly order: "sequence" | "mix";
  /** Rows of CSV files by name; each request draws one of each. */
  readonly data: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
  readonly seed: number;
  /** Holds an answer against what was expected of it; throws where it differs. */
  readonly check: (answer: Answer, expected: Expectation) => void;
}

/** Gives the request of each operation, in the order of the calls; the same seed gives the same requests. */
export function createRequestMix(
  options: MixOptions & { readonly host: string },
): (n: number) => PlannedRequest {
  const encoders = new Map(options.kinds.map((kind) => [kind, createEncoder(kind, options)]));
  const draw = createDraw(options);
  return (n) => {
    const { kind, context } = draw(n);
    const encode = encoders.get(kind);
    if (encode === undefined) throw new RangeError("there is no such request");
    return encode(context);
  };
}

/** The same requests as those of `createRequestMix`, in their parts. */
export function createPartsMix(options: MixOptions): (n: number) => RequestParts {
  const draw = createDraw(options);
  return (n) => {
    const { kind, context } = draw(n);
    const headers = Object.fromEntries(kind.headers.map(([name, value]) => [name, value.render(context)]));
    return { kind, path: kind.path.render(context), headers, body: kind.body?.render(context) };
  };
}

/** Whether each request of this kind is as the one before. */
export function isFixed({ path, headers, body }: RequestKind): boolean {
  return path.isFixed && headers.every(([, value]) => value.isFixed) && (body?.isFixed ?? true);
}

interface Draw {
  readonly kind: RequestKind;
  readonly context: TemplateContext;
}

function createDraw({ kinds, order, data, seed }: MixOptions): (n: number) => Draw {
  const choose = createChoice(kinds, order, createRandom(deriveSeed(seed, "requests")));
  const random = createRandom(deriveSeed(seed, "values"));
  const drawRow = createRowDraw(data, createRandom(deriveSeed(seed, "rows")));
  return (n) => {
    const kind = kinds[choose(n)];
    if (kind === undefined) throw new RangeError("there are no requests");
    return { kind, context: { n, random, row: drawRow() } };
  };
}

type Encode = (context: TemplateContext) => PlannedRequest;

const idempotent = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]);

/** Whether a method may be repeated without harm (RFC 9110, section 9.2.2). */
export function isIdempotent(method: string): boolean {
  return idempotent.has(method);
}

/** What is the same for every request is encoded once, texts that stand side by side as one. */
function createEncoder(
  kind: RequestKind,
  { host, check: checkAnswer }: Pick<MixOptions, "check"> & { readonly host: string },
): Encode {
  const { method, path, headers, body, expected } = kind;
  const check: Check = (answer) => checkAnswer(answer, expected);
  const [isHead, repeats] = [method === "HEAD", isIdempotent(method)];
  const wireOf = (bytes: string | Buffer): WireRequest => ({ bytes, isHead, isIdempotent: repeats });
  const hasHost = headers.some(([name]) => name.toLowerCase() === "host");
  const hostLine = hasHost ? "" : `host: ${host}\r\n`;
  const lines = headers.flatMap(([name, value]) => [`${name}: `, ...value.parts, "\r\n"]);
  const head = joined([`${method} `, ...path.parts, ` HTTP/1.1\r\n${hostLine}`, ...lines]);
  const encode = (context: TemplateContext): PlannedRequest => {
    const text = fillIn(head, context);
    if (body === undefined) return { wire: wireOf(`${text}\r\n`), check };
    const content = body.render(context);
    const length = `content-length: ${Buffer.byteLength(content)}\r\n\r\n`;
    return { wire: wireOf(text + length + content), check };
  };
  if (!isFixed(kind)) return encode;
  const { wire } = encode({ n: 0, random: createRandom(0), row: {} });
  const fixed = { wire: wireOf(Buffer.from(wire.bytes)), check };
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
