import type { Config } from "../../scenario/tuning.ts";
import type { Space } from "../space/space.ts";

/** What is in force, and what was before. */
export interface Applied {
  incumbent(): Config;
  /** What a rollback leads to; undefined where there is nothing. */
  previous(): Config | undefined;
  swap(config: Config): void;
  /** Makes the previous configuration the incumbent; what was in force is not to be chosen again. */
  rollBack(): void;
  isRejected(config: Config): boolean;
}

/** Begins with the configuration that is in force, and those that were before it, the oldest first. */
export function createApplied(space: Space, first: Config, before: readonly Config[] = []): Applied {
  const stack: Config[] = [...before, first];
  const rejected = new Set<string>();
  return {
    incumbent: () => stack.at(-1) ?? first,
    previous: () => stack.at(-2),
    swap: (config) => {
      stack.push(config);
    },
    rollBack: () => {
      if (stack.length < 2) return;
      const broken = stack.pop() ?? first;
      rejected.add(space.keyOf(broken));
    },
    isRejected: (config) => rejected.has(space.keyOf(config)),
  };
}
