import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { DynoError, messageOf } from "./errors.ts";
import { nearestWord } from "./suggest.ts";

/** What a variable holds: a number (as JSON has them), another type of CEL, or an object of such fields. */
export type VariableType =
  | "double"
  | "string"
  | "bool"
  | "map"
  | "dyn"
  | { readonly schema: Readonly<Record<string, "double" | "string" | "bool" | "dyn">> };

/** What an expression must give. */
export type ExpressionResult = "anything" | "bool" | "list";

/** A compiled expression. */
export interface Expression {
  readonly source: string;
  /** Members of variables that it reads by name, in the order of the text. */
  readonly members: readonly MemberReference[];
  /** Its value as plain JSON, by the variables' values. Throws a DynoError `usage` where it cannot be evaluated. */
  evaluate(variables: object): unknown;
}

/** Where an expression reads a member of a variable: `steps.load`, `steps["load"]`. */
export interface MemberReference {
  readonly variable: string;
  readonly member: string;
  readonly offset: number;
  readonly length: number;
}

/** What is wrong with an expression, and where in its text. */
export interface ExpressionProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly hint?: string;
}

/** Compiles an expression once for all evaluations. */
export type CompileExpression = (
  source: string,
  gives: ExpressionResult,
) =>
  | { readonly expression: Expression; readonly problem?: never }
  | { readonly expression?: never; readonly problem: ExpressionProblem };

/** A compiler of the Common Expression Language (cel.dev), for expressions that read these variables and no others. */
export function createExpressionCompiler(
  variables: Readonly<Record<string, VariableType>>,
): CompileExpression {
  const cel = environment();
  for (const [name, type] of Object.entries(variables)) {
    // Two overloads of the library.
    if (typeof type === "string") cel.registerVariable(name, type);
    else cel.registerVariable(name, type);
  }
  const fields = Object.values(variables).flatMap((type) =>
    typeof type === "string" ? [] : Object.keys(type.schema),
  );
  const words: Words = { variables: Object.keys(variables), fields };
  return (source, gives) => {
    const checked = cel.check(source);
    if (!checked.valid) return { problem: celProblem(checked.error, source, words) };
    const type = String(checked.type);
    if (gives !== "anything" && type !== "dyn" && type.split("<")[0] !== gives) {
      const message = `"${source}" gives ${type}, and a ${gives} is needed here`;
      return { problem: { offset: 0, length: source.length, message } };
    }
    const run = cel.parse(source);
    const members = membersOf(run.ast);
    return { expression: { source, members, evaluate: (values) => evaluate(source, run, values) } };
  };
}

/** Whether a variable may have this name: letters, digits and _, and no word that CEL has taken. */
export function isVariableName(name: string): boolean {
  if (!/^[A-Za-z_]\w*$/.test(name)) return false;
  try {
    return String(environment().registerVariable(name, "string").check(name).type) === "string";
  } catch {
    return false;
  }
}

/** CEL in which numbers of JSON, which are doubles, can be reckoned and compared with whole literals. */
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
    cel.registerOperator(`double ${sign} int: double`, (a, b) => apply(a, Number(b)));
    cel.registerOperator(`int ${sign} double: double`, (a, b) => apply(Number(a), b));
  }
  cel.registerOperator("double % double", (a, b) => a % b);
  // With this, the library derives != and the other order.
  cel.registerOperator("double == int", (a, b) => a === Number(b));
  return cel;
}

function evaluate(source: string, run: (variables: object) => unknown, variables: object): unknown {
  try {
    return toJson(run(variables));
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

interface Words {
  readonly variables: readonly string[];
  /** Of variables that are objects. */
  readonly fields: readonly string[];
}

function celProblem(error: unknown, source: string, words: Words): ExpressionProblem {
  const range = (error as { readonly range?: { readonly start: number; readonly end: number } }).range;
  const offset = Math.min(range?.start ?? 0, Math.max(0, source.length - 1));
  const length = Math.max(1, (range?.end ?? source.length) - offset);
  const message = `not valid CEL: ${summaryOf(error)}`;
  const near = nearestOf(summaryOf(error), words);
  return { offset, length, message, ...(near === undefined ? {} : { hint: `did you mean ${near}?` }) };
}

function nearestOf(summary: string, { variables, fields }: Words): string | undefined {
  const [, what, word] = /^(Unknown variable|No such key): (\w+)/.exec(summary) ?? [];
  if (word === undefined) return undefined;
  return nearestWord(word, what === "No such key" ? fields : variables);
}

/** The message without the drawing of the place, which ours has. */
function summaryOf(error: unknown): string {
  const { summary } = error as { readonly summary?: unknown };
  return typeof summary === "string" ? summary : messageOf(error);
}

function membersOf(node: ASTNode): MemberReference[] {
  const own = memberReference(node);
  const inner = childrenOf(node.args).flatMap(membersOf);
  return own === undefined ? inner : [own, ...inner];
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return typeof args === "object" && args !== null && "op" in args ? [args as ASTNode] : [];
}

function memberReference(node: ASTNode): MemberReference | undefined {
  if (node.op !== "." && node.op !== "[]") return undefined;
  const [of, name] = node.args;
  if (of.op !== "id") return undefined;
  const member = typeof name === "string" ? name : name.op === "value" ? name.args : undefined;
  if (typeof member !== "string") return undefined;
  return { variable: of.args, member, offset: node.start, length: node.end - node.start };
}
