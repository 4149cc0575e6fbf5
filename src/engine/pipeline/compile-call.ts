import { DynoError, messageOf } from "../../base/errors.ts";
import type { Report } from "../../base/report.ts";
import { nearestWord } from "../../base/suggest.ts";
import type { Path } from "../../base/yaml.ts";
import type { Action, Actions } from "./action.ts";
import type { Call } from "./pipeline.ts";
import type { Template } from "./template.ts";

/** An action and its input as a file names them. */
export interface CallInput {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly template: Template;
  /** Where the step, or the compensation, stands. */
  readonly path: Path;
  readonly actions: Actions;
  readonly isFormer?: boolean;
  readonly report: Report;
}

/** Finds an action and checks what is known of its input by now: its keys, and the values without expressions. */
export function compileCall(given: CallInput): Call {
  const { name, template, actions, isFormer, path, report } = given;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) {
    if (!isFormer) reportUnknownAction(given);
    return { name, action, input: template, constant: undefined };
  }
  if (!template.isConstant) {
    checkKeys(action, given);
    return { name, action, input: template, constant: undefined };
  }
  try {
    return { name, action, input: template, constant: { input: checkInput(name, action, given.input) } };
  } catch (thrown) {
    if (!checkKeys(action, given)) {
      report({ path: [...path, "with"], part: "key", message: messageOf(thrown) });
    }
    return { name, action, input: template, constant: undefined };
  }
}

/** The input as the action takes it. Throws a DynoError `usage` that says what is wrong with it. */
export function checkInput(name: string, action: Action, raw: unknown): unknown {
  const { input } = action;
  if (input === undefined) return raw;
  if (typeof input === "function") return input(raw);
  const parsed = input.safeParse(raw);
  if (parsed.success) return parsed.data;
  const found = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw new DynoError("usage", `the input of ${name} does not fit: ${found}`, { cause: parsed.error });
}

function reportUnknownAction({ name, actions, path, report }: CallInput): void {
  const known = Object.keys(actions);
  const near = nearestWord(name, known);
  report({
    path: [...path, "action"],
    message: `there is no action ${name}; there are ${known.join(", ")}`,
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  });
}

/** Reports keys that the action's schema does not know, lacks, or whose constant values do not fit. */
function checkKeys(action: Action, { name, input, path, report }: CallInput): boolean {
  const shape = shapeOf(action);
  if (shape === undefined) return false;
  let found = false;
  const wrong: Report = (finding) => {
    found = true;
    report(finding);
  };
  const known = Object.keys(shape);
  for (const [key, value] of Object.entries(input)) {
    const at = [...path, "with", key];
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (field === undefined) {
      const near = nearestWord(key, known);
      const message = `the action ${name} takes no ${key}; it takes ${known.join(", ")}`;
      wrong({
        path: at,
        part: "key",
        message,
        ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
      });
    } else if (!holdsExpression(value)) {
      const parsed = field.safeParse(value);
      if (!parsed.success) wrong({ path: at, message: parsed.error?.issues[0]?.message ?? "does not fit" });
    }
  }
  for (const key of known) {
    if (Object.hasOwn(input, key) || shape[key]?.safeParse(undefined).success) continue;
    wrong({ path: [...path, "with"], part: "key", message: `the action ${name} needs ${key}` });
  }
  return found;
}

interface Field {
  safeParse(value: unknown): {
    readonly success: boolean;
    readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
  };
}

/** The fields of an input schema that is an object with known keys. */
function shapeOf({ input }: Action): Readonly<Record<string, Field>> | undefined {
  if (input === undefined || typeof input === "function") return undefined;
  return "shape" in input ? (input.shape as Readonly<Record<string, Field>>) : undefined;
}

function holdsExpression(value: unknown): boolean {
  if (typeof value === "string") return value.includes("{{");
  return typeof value === "object" && value !== null && Object.values(value).some(holdsExpression);
}
