import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRandom, deriveSeed } from "../../base/random.ts";
import type { Engine } from "../../engine/engine.ts";
import type { HandlerFaults } from "../faults/handler-faults.ts";
import { type Effects, openEffects } from "./engine-effects.ts";
import { loadTopics, operationOf } from "./engine-load.ts";
import type { EngineSettings } from "./engine-settings.ts";

/** The groups of one engine, at work. */
export interface Groups {
  /** The numbers of the operations whose events each group gave up. */
  deadLetters(): Promise<Readonly<Record<string, readonly number[]>>>;
  close(): Promise<void>;
}

/** The failure of a handler on an event that always fails. */
class PoisonMessage extends Error {
  override readonly name = "PoisonMessage";
}

/** Whether the event of operation `n` fails whoever handles it, by seed. */
export function isPoison(group: EngineSettings["groups"][number], n: number, seed: number): boolean {
  return group.poison > 0 && createRandom(deriveSeed(seed, `poison ${n}`)).next() < group.poison;
}

/** Where a group writes what it handled. */
export function effectsPath(dir: string, group: string): string {
  return join(dir, `${group}.effects`);
}

/** Starts the groups that the settings name; each handler writes down what it is done with before it says so. */
export async function startGroups(
  engine: Engine,
  settings: EngineSettings,
  { seed, dir, faults }: { readonly seed: number; readonly dir: string; readonly faults: HandlerFaults },
): Promise<Groups> {
  const opened: Effects[] = [];
  for (const group of settings.groups) {
    const effects = await openEffects(effectsPath(dir, group.name));
    opened.push(effects);
    const { name, handlerTime, maxInFlight, perKeyOrder, maxAttempts, retryDelay } = group;
    await engine.consume(
      name,
      async (event) => {
        const n = operationOf(event);
        if (n === undefined) return;
        if (isPoison(group, n, seed)) throw new PoisonMessage(`the event of operation ${n} always fails`);
        await faults.meet();
        if (handlerTime > 0) await sleep(handlerTime);
        await effects.record(String(n));
      },
      { pattern: `${loadTopics}>`, maxInFlight, perKeyOrder, maxAttempts, retryDelayMs: retryDelay },
    );
  }
  return {
    deadLetters: async () => {
      const all: Record<string, number[]> = {};
      for (const { name } of settings.groups) {
        const numbers: number[] = [];
        for await (const { event } of engine.deadLetters(name)) numbers.push(operationOf(event) ?? -1);
        all[name] = numbers;
      }
      return all;
    },
    close: async () => {
      for (const effects of opened) await effects.close();
    },
  };
}
