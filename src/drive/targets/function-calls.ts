import { DynoError } from "../../base/errors.ts";
import type { AnyFunction, LoadedModule } from "./function-module.ts";
import type { FunctionSettings } from "./function-settings.ts";

/** One call of the function, with its arguments in it. */
export interface FunctionCall {
  /** The case's name; absent where there is only one, or they have none. */
  readonly name?: string;
  readonly call: () => unknown;
  /** What it must answer, as JSON; absent where nothing is said. */
  readonly expect?: unknown;
}

/**
 * The calls that are made in turn: at least one. `context` is what setup gave; undefined is not handed on. Rejects with a
 * DynoError `setup` where `argsFrom` gives no lists of arguments.
 */
export async function makeCalls(
  subject: AnyFunction,
  { args, cases, argsFrom, expect }: FunctionSettings,
  module: LoadedModule,
  context: unknown,
): Promise<readonly FunctionCall[]> {
  const last = context === undefined ? [] : [context];
  const bind = (list: readonly unknown[]): (() => unknown) => bindArguments(subject, [...list, ...last]);
  if (argsFrom !== undefined) {
    const lists = await readLists(argsFrom, module, last);
    return lists.map((list) => ({ call: bind(list) }));
  }
  if (cases === undefined) return [{ call: bind(args ?? []), ...(expect === undefined ? {} : { expect }) }];
  const answers = (expect ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(cases).map(([name, list]) => ({
    name,
    call: bind(list),
    ...(Object.hasOwn(answers, name) ? { expect: answers[name] } : {}),
  }));
}

/** Closures over single values: spreading a list costs more than many a function. */
function bindArguments(subject: AnyFunction, list: readonly unknown[]): () => unknown {
  const [a, b, c] = list;
  switch (list.length) {
    case 0:
      return () => subject();
    case 1:
      return () => subject(a);
    case 2:
      return () => subject(a, b);
    case 3:
      return () => subject(a, b, c);
    default:
      return () => subject(...list);
  }
}

async function readLists(
  reference: string,
  module: LoadedModule,
  last: readonly unknown[],
): Promise<readonly (readonly unknown[])[]> {
  const value = module.read(reference.slice(1));
  const lists: unknown = typeof value === "function" ? await value(...last) : value;
  if (Array.isArray(lists) && lists.length > 0 && lists.every(Array.isArray)) return lists;
  throw new DynoError(
    "setup",
    `argsFrom: ${reference} must be (or give) a list of lists of arguments, such as [["a", 1], ["b", 2]], with at least one in it`,
  );
}

/** Whether a value can be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
