import type { ExpressionProblem } from "../../base/expression.ts";
import type { Path } from "../../base/yaml.ts";
import { compileExpression, type Expression, type ExpressionSite, type Scope } from "./expression.ts";

/** A value whose texts may hold expressions, as `{{ event.data.total }}`. */
export interface Template {
  /** Whether it holds none: then `fill` gives the same each time. */
  readonly isConstant: boolean;
  /** The value with its expressions evaluated. Throws a DynoError `usage`. */
  fill(scope: Scope): unknown;
}

/** Hears what is wrong in a template: the path of the text inside the value, and the place in the text. */
export type TemplateReport = (path: Path, problem: ExpressionProblem) => void;

/**
 * Compiles a value. A text that is one expression alone takes the expression's value and type; in a longer text,
 * texts stand as they are and other values as JSON.
 */
export function compileTemplate(value: unknown, site: ExpressionSite, report: TemplateReport): Template {
  return compileValue(value, site, report, []);
}

function compileValue(value: unknown, site: ExpressionSite, report: TemplateReport, path: Path): Template {
  if (typeof value === "string") return compileText(value, site, (problem) => report(path, problem));
  if (typeof value !== "object" || value === null) return constant(value);
  const parts = Object.entries(value).map(([key, part]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    return [key, compileValue(part, site, report, [...path, step])] as const;
  });
  if (parts.every(([, part]) => part.isConstant)) return constant(value);
  return {
    isConstant: false,
    fill: Array.isArray(value)
      ? (scope) => parts.map(([, part]) => part.fill(scope))
      : (scope) => {
          const filled: Record<string, unknown> = {};
          for (const [key, part] of parts) filled[key] = part.fill(scope);
          return filled;
        },
  };
}

function constant(value: unknown): Template {
  return { isConstant: true, fill: () => value };
}

function compileText(
  text: string,
  site: ExpressionSite,
  report: (problem: ExpressionProblem) => void,
): Template {
  const pieces: (string | Expression)[] = [];
  let end = 0;
  for (let start = text.indexOf("{{"); start >= 0; start = text.indexOf("{{", end)) {
    const close = text.indexOf("}}", start);
    if (close < 0) {
      report({ offset: start, length: 2, message: "{{ is not closed by }}" });
      return constant(text);
    }
    if (start > end) pieces.push(text.slice(end, start));
    const inner = text.slice(start + 2, close);
    const source = inner.trim();
    const offset = start + 2 + inner.length - inner.trimStart().length;
    const compiled = compileExpression(source, site);
    if ("problem" in compiled) report({ ...compiled.problem, offset: offset + compiled.problem.offset });
    else pieces.push(compiled.expression);
    end = close + 2;
  }
  if (end === 0) return constant(text);
  if (end < text.length) pieces.push(text.slice(end));
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && typeof only !== "string") {
    return { isConstant: false, fill: (scope) => only.evaluate(scope) };
  }
  return { isConstant: false, fill: (scope) => pieces.map((piece) => pieceText(piece, scope)).join("") };
}

function pieceText(piece: string | Expression, scope: Scope): string {
  if (typeof piece === "string") return piece;
  const value = piece.evaluate(scope);
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
