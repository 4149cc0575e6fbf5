import { isDeepStrictEqual } from "node:util";
import { messageOf } from "../../base/errors.ts";
import type { Check } from "../target.ts";
import type { FunctionCall } from "./function-calls.ts";
import type { Patience } from "./function-patience.ts";

const longestText = 200;

/** Makes each call that has an expected answer once. Gives the first that is wrong, in words; undefined where none is. Rejects as `patience` does. */
export async function wrongAnswer(
  calls: readonly FunctionCall[],
  patience: Patience,
): Promise<string | undefined> {
  for (const call of calls) {
    const problem = await problemOf(call, patience);
    if (problem !== undefined) return `${call.name === undefined ? "it" : call.name} ${problem}`;
  }
  return undefined;
}

/** The check of answers, by what was seen before and after the load. */
export function answerCheck(
  calls: readonly FunctionCall[],
  before: string | undefined,
  after: string | undefined,
): Check {
  const count = calls.filter((call) => "expect" in call).length;
  const detail =
    before !== undefined
      ? `${before}, before the load`
      : after !== undefined
        ? `${after}, after the load, and it was right before`
        : `${count === 1 ? "its answer was" : `all ${count} answers were`} as expected, before and after the load`;
  return { name: "answers right", ok: before === undefined && after === undefined, detail };
}

async function problemOf({ call, ...said }: FunctionCall, patience: Patience): Promise<string | undefined> {
  if (!("expect" in said)) return undefined;
  const asked = (async () => asJson(await call()))();
  const [outcome] = await patience(Promise.allSettled([asked]));
  if (outcome.status === "rejected")
    return `threw ${messageOf(outcome.reason)} in place of answering ${shown(said.expect)}`;
  if (isDeepStrictEqual(outcome.value, said.expect)) return undefined;
  return `answered ${shown(outcome.value)} in place of ${shown(said.expect)}`;
}

/** As the scenario could say it: without prototypes, and what JSON leaves out is left out. */
function asJson(value: unknown): unknown {
  const text: string | undefined = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
