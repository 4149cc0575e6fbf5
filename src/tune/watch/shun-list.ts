import type { Config } from "../../scenario/tuning.ts";
import type { Space } from "../space/space.ts";

/** For so many probes: long enough to spare measurements, and short enough for one that missed by chance. */
const shunnedFor = 20;

/** Configurations that are better not measured for a while. */
export interface ShunList {
  /** Shuns configurations from a probe on. */
  add(configs: readonly Config[], probe: number): void;
  has(config: Config, probe: number): boolean;
}

/** Begins with none. */
export function createShunList(space: Space): ShunList {
  const until = new Map<string, number>();
  return {
    add: (configs, probe) => {
      for (const config of configs) until.set(space.keyOf(config), probe + shunnedFor);
    },
    has: (config, probe) => (until.get(space.keyOf(config)) ?? Number.NEGATIVE_INFINITY) >= probe,
  };
}
