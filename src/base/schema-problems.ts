import type { z } from "zod";
import { nearestWord } from "./suggest.ts";
import { type Path, type Problem, sortProblems, type YamlFile } from "./yaml.ts";

type Issue = z.core.$ZodIssue;

/** Checks a file by its schema: what it says, or its problems, sorted by place. */
export function checkSchema<Schema extends z.ZodType>(
  yaml: YamlFile,
  schema: Schema,
  jsonSchema: () => object,
):
  | { readonly value: z.output<Schema>; readonly problems?: never }
  | { readonly problems: readonly Problem[] } {
  const parsed = schema.safeParse(yaml.value);
  if (parsed.success) return { value: parsed.data };
  const known = keysInSchema(jsonSchema());
  return { problems: sortProblems(schemaProblems(parsed.error.issues, yaml, yaml.value, known)) };
}

/** What the schema found, as problems at their places in the file. `knownKeys` names what may stand at a path. */
export function schemaProblems(
  issues: readonly Issue[],
  yaml: YamlFile,
  value: unknown,
  knownKeys: (path: Path) => readonly string[],
): Problem[] {
  return innermostIssues(issues).flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey(yaml, [...path, key], key, knownKeys(path)));
    }
    return [oneProblem(issue, yaml, path, valueAt(value, path))];
  });
}

/** Issues with those of a union replaced by what is wrong with the branch that fits best, each with its whole path. */
export function innermostIssues(issues: readonly Issue[]): readonly Issue[] {
  return issues.flatMap((issue) => {
    const nearest = issue.code === "invalid_union" ? innermost(issue.errors) : undefined;
    if (nearest === undefined) return [issue];
    return innermostIssues(nearest.map((one) => ({ ...one, path: [...issue.path, ...one.path] })));
  });
}

/** Of the branches of a union, the one that fits best: it fails deepest. Undefined where none gets anywhere. */
function innermost(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]): number => Math.min(...issues.map(({ path }) => path.length));
  return branches.filter((issues) => depth(issues) > 0).toSorted((a, b) => depth(b) - depth(a))[0];
}

function unknownKey(yaml: YamlFile, path: Path, key: string, known: readonly string[]): Problem {
  const near = nearestWord(key, known);
  return {
    file: yaml.file,
    place: yaml.locate(path, "key"),
    path: path.join("."),
    message: `unknown setting "${key}"${known.length > 0 ? `; there are ${known.join(", ")}` : ""}`,
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  };
}

function oneProblem(issue: Issue, yaml: YamlFile, path: Path, value: unknown): Problem {
  const at = { file: yaml.file, place: yaml.locate(path), path: path.join(".") };
  const options = optionsOf(issue);
  if (value === undefined) {
    const which = options.length > 0 ? `; it is one of ${options.join(", ")}` : "";
    return { ...at, message: `is missing${which}` };
  }
  if (options.length === 0) return { ...at, message: lowerFirst(issue.message) };
  const near = nearestWord(String(value), options);
  const message = `${JSON.stringify(value)} is none of ${options.join(", ")}`;
  return { ...at, message, ...(near === undefined ? {} : { hint: `did you mean ${near}?` }) };
}

/** The words that the schema would have taken. */
function optionsOf(issue: Issue): readonly string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  const options = issue.code === "invalid_union" && "options" in issue ? issue.options : undefined;
  return Array.isArray(options) ? options.map(String) : [];
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) value = (value as Record<string | number, unknown> | undefined)?.[step];
  return value;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Looks up, in a JSON Schema, which keys may stand at a path, whatever branch of a union holds there. */
export function keysInSchema(schema: unknown): (path: Path) => readonly string[] {
  return (path) => [
    ...new Set(branchesAt(schema, path).flatMap((branch) => Object.keys(branch.properties ?? {}))),
  ];
}

interface Branch {
  readonly properties?: Readonly<Record<string, unknown>>;
  /** Of a record: what stands under any name. */
  readonly additionalProperties?: unknown;
  readonly items?: unknown;
  readonly anyOf?: readonly unknown[];
  readonly oneOf?: readonly unknown[];
}

function branchesAt(schema: unknown, path: Path): readonly Branch[] {
  const branch = (schema ?? {}) as Branch;
  const alternatives = branch.anyOf ?? branch.oneOf;
  if (alternatives !== undefined) return alternatives.flatMap((one) => branchesAt(one, path));
  const [step, ...rest] = path;
  if (step === undefined) return [branch];
  const next =
    typeof step === "number" ? branch.items : (branch.properties?.[step] ?? branch.additionalProperties);
  return typeof next !== "object" ? [] : branchesAt(next, rest);
}
