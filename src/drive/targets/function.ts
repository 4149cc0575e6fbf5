import { systemClock } from "../../base/clock.ts";
import { DynoError, messageOf } from "../../base/errors.ts";
import type { Check, Session, Target } from "../target.ts";
import { answerCheck, wrongAnswer } from "./function-answers.ts";
import { calibrateBatch, createBatches } from "./function-batch.ts";
import { type FunctionCall, isThenable, makeCalls } from "./function-calls.ts";
import { createFunctionLoop } from "./function-loop.ts";
import { type LoadedModule, loadModule, parseReference } from "./function-module.ts";
import { createPatience, type Patience } from "./function-patience.ts";
import type { FunctionSettings } from "./function-settings.ts";

/** A function of a module on the dynamometer: one operation is one call. */
export const functionTarget: Target<FunctionSettings> = {
  start: async (settings, { scenarioDir, verifies, signal }) => {
    const { path, name } = parseReference(settings.module);
    const module = await loadModule(path, scenarioDir);
    const subject = module.readFunction(name);
    const teardown = readHook(settings.teardown, module);
    const context = await setUp(settings.setup, module);
    const end = () => tearDown(settings.teardown, teardown, context);
    try {
      const cases = await makeCalls(subject, settings, module, context);
      return await openSession({ cases, reference: settings.module, verifies, signal, end });
    } catch (error) {
      // What setup made is not left behind; why there is no start is told, whatever comes of that.
      await end();
      throw error;
    }
  },
};

interface Subject {
  readonly cases: readonly FunctionCall[];
  /** As the settings name it. */
  readonly reference: string;
  readonly verifies: boolean;
  readonly signal: AbortSignal;
  readonly end: () => Promise<Check[]>;
}

/** Calls the function for a while: to know what it is like, and whether its answers are right. */
async function openSession({ cases, reference, verifies, signal, end }: Subject): Promise<Session> {
  const patience = createPatience(reference, signal);
  const isChecked = verifies && cases.some((one) => "expect" in one);
  const isAsync = await answersLater(cases, patience);
  const before = isChecked ? await wrongAnswer(cases, patience) : undefined;
  const calls = cases.map(({ call }) => call);
  const batches = createBatches(calls);
  const run = isAsync ? batches.run : batches.runSync;
  const callsPerSample = await patience(calibrateBatch(run, systemClock.nowMicros));
  const fire = (n: number): Promise<unknown> | void => {
    const answer = calls[n % calls.length]?.();
    if (isThenable(answer)) return Promise.resolve(answer);
  };
  return {
    fire,
    closedLoop: createFunctionLoop({ batches, isAsync, callsPerSample, cases: calls.length, fire }),
    stop: async () => {
      if (!isChecked) return end();
      // Also where the run was interrupted: what it measured is checked.
      const after = await wrongAnswer(cases, createPatience(reference, undefined)).catch(messageOf);
      return [answerCheck(cases, before, after), ...(await end())];
    },
  };
}

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
async function answersLater(cases: readonly FunctionCall[], patience: Patience): Promise<boolean> {
  for (const { call } of cases) {
    let answer: unknown;
    try {
      answer = call();
    } catch {
      continue;
    }
    if (!isThenable(answer)) continue;
    await patience(Promise.allSettled([answer]));
    return true;
  }
  return false;
}
