import {
  createExpressionCompiler,
  type ExpressionProblem,
  type ExpressionResult,
  type MemberReference,
} from "../../base/expression.ts";
import { nearestWord } from "../../base/suggest.ts";
import type { RunInput } from "./run-record.ts";

/** What the expressions of a pipeline read. */
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
  readonly gives: ExpressionResult;
}

/** A compiled expression of a pipeline. */
export interface Expression {
  readonly source: string;
  /** Its value as plain JSON. Throws a DynoError `usage` where it cannot be evaluated. */
  evaluate(scope: Scope): unknown;
}

const event = {
  id: "string",
  topic: "string",
  timeMs: "double",
  key: "dyn",
  correlationId: "dyn",
  causationId: "dyn",
  data: "dyn",
} as const;
const variables = { event: { schema: event }, steps: "map", params: "map" } as const;
const compilePlain = createExpressionCompiler(variables);
const compileInLoop = createExpressionCompiler({ ...variables, item: "dyn", index: "double" });

/** Compiles an expression of a pipeline, once for all runs. */
export function compileExpression(
  source: string,
  site: ExpressionSite,
): { readonly expression: Expression } | { readonly problem: ExpressionProblem } {
  const compile = site.isInLoop ? compileInLoop : compilePlain;
  const compiled = compile(source, site.gives);
  if (compiled.expression === undefined) return { problem: compiled.problem };
  const wrong = compiled.expression.members.find(
    ({ variable, member }) => variable === "steps" && !site.upstream.has(member),
  );
  return wrong === undefined ? { expression: compiled.expression } : { problem: stepProblem(wrong, site) };
}

function stepProblem({ member, offset, length }: MemberReference, site: ExpressionSite): ExpressionProblem {
  if (site.known.has(member)) {
    const message = `step ${member} may not be finished by then: it is not upstream of this`;
    return { offset, length, message, hint: `add ${member} to needs` };
  }
  const near = nearestWord(member, site.known);
  const message = `there is no step ${member}`;
  return { offset, length, message, ...(near === undefined ? {} : { hint: `did you mean ${near}?` }) };
}
