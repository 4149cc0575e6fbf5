import type { Target } from "./target.ts";

/** The table of targets: each is loaded when it is asked for. `target-schemas.ts` has their settings. */
const targets: Readonly<Record<string, () => Promise<Target>>> = {
  calls: async () => (await import("./targets/calls.ts")).callsTarget as Target,
  engine: async () => (await import("./targets/engine.ts")).engineTarget as Target,
  function: async () => (await import("./targets/function.ts")).functionTarget as Target,
  http: async () => (await import("./targets/http.ts")).httpTarget as Target,
  synthetic: async () => (await import("./targets/synthetic.ts")).syntheticTarget as Target,
};

/** The target of this kind; undefined where there is none. */
export async function openTarget(kind: string): Promise<Target | undefined> {
  return targets[kind]?.();
}
