import { systemClock } from "../../base/clock.ts";
import { DynoError, messageOf } from "../../base/errors.ts";
import type { Check, Target } from "../target.ts";
import { answerCheck, wrongAnswer } from "./function-answers.ts";
import { calibrateBatch, createBatches } from "./function-batch.ts";
import { type FunctionCall, isThenable, makeCalls } from "./function-calls.ts";
import { createFunctionLoop } from "./function-loop.ts";
import { type LoadedModule, loadModule, parseReference } from "./function-module.ts";
import type { FunctionSettings } from "./function-settings.ts";

/** A function of a module on the dynamometer: one operation is one call. */
export const functionTarget: Target<FunctionSettings> = {
  start: async (settings, { scenarioDir, verifies }) => {
    const { path, name } = parseReference(settings.module);
    const module = await loadModule(path, scenarioDir);
    const subject = module.readFunction(name);
    const teardown = readHook(settings.teardown, module);
    const context = await setUp(settings.setup, module);
    const cases = await makeCalls(subject, settings, module, context);
    const isChecked = verifies && cases.some((one) => "expect" in one);
    const isAsync = await answersLater(cases);
    const before = isChecked ? await wrongAnswer(cases) : undefined;
    const calls = cases.map(({ call }) => call);
    const batches = createBatches(calls);
    const callsPerSample = await calibrateBatch(
      isAsync ? batches.run : batches.runSync,
      systemClock.nowMicros,
    );
    const fire = (n: number): Promise<unknown> | void => {
      const answer = calls[n % calls.length]?.();
      if (isThenable(answer)) return Promise.resolve(answer);
    };
    return {
      fire,
      closedLoop: createFunctionLoop({ batches, isAsync, callsPerSample, cases: calls.length, fire }),
      stop: async () => {
        const checks = isChecked ? [answerCheck(cases, before, await wrongAnswer(cases))] : [];
        return [...checks, ...(await tearDown(settings.teardown, teardown, context))];
      },
    };
  },
};

function readHook(reference: string | undefined, module: LoadedModule) {
  return reference === undefined ? undefined : module.readFunction(reference.slice(1));
}

async function setUp(reference: string | undefined, module: LoadedModule): Promise<unknown> {
  const setup = readHook(reference, module);
  try {
    return await setup?.();
  } catch (cause) {
    throw new DynoError("setup", `setup: ${reference} threw ${messageOf(cause)}`, { cause });
  }
}

/** What is left behind may be missing the next time, so it is a check that fails. */
async function tearDown(
  reference: string | undefined,
  teardown: ((...args: readonly unknown[]) => unknown) | undefined,
  context: unknown,
): Promise<Check[]> {
  try {
    await teardown?.(context);
    return [];
  } catch (error) {
    return [{ name: "torn down", ok: false, detail: `${reference} threw ${messageOf(error)}` }];
  }
}

/** Whether a call gives a promise. What throws is left to the load, where it is counted. */
async function answersLater(cases: readonly FunctionCall[]): Promise<boolean> {
  for (const { call } of cases) {
    try {
      const answer = call();
      if (!isThenable(answer)) continue;
      await Promise.resolve(answer).catch(() => undefined);
      return true;
    } catch {
      // It says nothing on the matter.
    }
  }
  return false;
}
