import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { DynoError, messageOf } from "../../base/errors.ts";
import { nearestWord } from "../../base/suggest.ts";
import type { RunInput } from "./run-record.ts";

/** What expressions read. */
export interface Scope {
  readonly event: RunInput;
  readonly steps: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
  /** Inside `forEach`. */
  readonly item?: unknown;
  readonly index?: number;
}

/** What may stand in an expression at one place of a pipeline. */
export interface ExpressionSite {
  /** Steps that are finished by then. */
  readonly upstream: ReadonlySet<string>;
  /** All steps, for a message that tells apart what is unknown and what is not upstream. */
  readonly known: ReadonlySet<string>;
  /** Whether there are `item` and `index`. */
  readonly isInLoop: boolean;
  /** What it must give. */
  readonly gives: "anything" | "bool" | "list";
}

/** A compiled expression. */
export interface Expression {
  readonly source: string;
  /** Its value as plain JSON. Throws a DynoError `usage` where it cannot be evaluated. */
  evaluate(scope: Scope): unknown;
}

/** What is wrong with an expression, and where in its text. */
export interface ExpressionProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly hint?: string;
}

const plain = environment();
const looping = plain.clone().registerVariable("item", "dyn").registerVariable("index", "double");

/** CEL in which numbers of JSON, which are doubles, can be reckoned with whole literals. */
function environment(): Environment {
  const cel = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false });
  const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "%": (a, b) => a % b,
  };
  for (const [sign, apply] of Object.entries(operators)) {
    cel.registerOperator(`double ${sign} int`, (a, b) => apply(a, Number(b)));
    cel.registerOperator(`int ${sign} double`, (a, b) => apply(Number(a), b));
  }
  cel.registerOperator("double % double", (a, b) => a % b);
  const event = {
    id: "string",
    topic: "string",
    timeMs: "double",
    key: "dyn",
    correlationId: "dyn",
    causationId: "dyn",
    data: "dyn",
  };
  return cel
    .registerVariable("event", { schema: event })
    .registerVariable("steps", "map")
    .registerVariable("params", "map");
}

/** Compiles an expression of the Common Expression Language (cel.dev), once for all runs. */
export function compileExpression(
  source: string,
  site: ExpressionSite,
): { readonly expression: Expression } | { readonly problem: ExpressionProblem } {
  const cel = site.isInLoop ? looping : plain;
  const checked = cel.check(source);
  if (!checked.valid) return { problem: celProblem(checked.error, source) };
  const run = cel.parse(source);
  const wrongStep = findWrongStep(run.ast, site);
  if (wrongStep !== undefined) return { problem: wrongStep };
  const type = String(checked.type);
  if (site.gives !== "anything" && type !== "dyn" && type.split("<")[0] !== site.gives) {
    const message = `"${source}" gives ${type}, and a ${site.gives} is needed here`;
    return { problem: { offset: 0, length: source.length, message } };
  }
  return { expression: { source, evaluate: (scope) => evaluate(source, run, scope) } };
}

function evaluate(source: string, run: (scope: Scope) => unknown, scope: Scope): unknown {
  try {
    return toJson(run(scope));
  } catch (cause) {
    throw new DynoError("usage", `"${source}" cannot be evaluated: ${summaryOf(cause)}`, { cause });
  }
}

/** CEL's whole numbers are bigints; JSON has none. */
function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [String(k), toJson(v)]));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, toJson(v)]));
}

function celProblem(error: unknown, source: string): ExpressionProblem {
  const range = (error as { readonly range?: { readonly start: number; readonly end: number } }).range;
  const offset = Math.min(range?.start ?? 0, Math.max(0, source.length - 1));
  const length = Math.max(1, (range?.end ?? source.length) - offset);
  const message = `not valid CEL: ${summaryOf(error)}`;
  const near = nearestOf(summaryOf(error));
  return { offset, length, message, ...(near === undefined ? {} : { hint: `did you mean ${near}?` }) };
}

const variables = ["event", "steps", "params", "item", "index"];
const eventFields = ["id", "topic", "timeMs", "key", "correlationId", "causationId", "data"];

function nearestOf(summary: string): string | undefined {
  const [, what, word] = /^(Unknown variable|No such key): (\w+)/.exec(summary) ?? [];
  if (word === undefined) return undefined;
  return nearestWord(word, what === "No such key" ? eventFields : variables);
}

/** The message without the drawing of the place, which ours has. */
function summaryOf(error: unknown): string {
  const { summary } = error as { readonly summary?: unknown };
  return typeof summary === "string" ? summary : messageOf(error);
}

function findWrongStep(node: ASTNode, site: ExpressionSite): ExpressionProblem | undefined {
  const wrong = stepReference(node, site);
  if (wrong !== undefined) return wrong;
  for (const child of childrenOf(node.args)) {
    const found = findWrongStep(child, site);
    if (found !== undefined) return found;
  }
  return undefined;
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return typeof args === "object" && args !== null && "op" in args ? [args as ASTNode] : [];
}

function stepReference(node: ASTNode, site: ExpressionSite): ExpressionProblem | undefined {
  if (node.op !== "." && node.op !== "[]") return undefined;
  const [of, member] = node.args;
  if (of.op !== "id" || of.args !== "steps") return undefined;
  const id = typeof member === "string" ? member : member.op === "value" ? member.args : undefined;
  if (typeof id !== "string" || site.upstream.has(id)) return undefined;
  const at = { offset: node.start, length: node.end - node.start };
  if (site.known.has(id)) {
    const message = `step ${id} may not be finished by then: it is not upstream of this`;
    return { ...at, message, hint: `add ${id} to needs` };
  }
  const near = nearestWord(id, site.known);
  const message = `there is no step ${id}`;
  return { ...at, message, ...(near === undefined ? {} : { hint: `did you mean ${near}?` }) };
}
