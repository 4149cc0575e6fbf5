import type { Override } from "../scenario/overrides.ts";
import type { Config, Param } from "../scenario/tuning.ts";
import { checkpointsInForce } from "./checkpoints.ts";
import type { Io } from "./io.ts";
import { readSubject, type TuneSubject } from "./tune-subject.ts";

/**
 * What was in force before what is now, the oldest first; the scenario's own settings are the first. A way back does not
 * lead beyond settings of another scenario.
 */
export async function configsBefore(
  { name, scenario, spec }: TuneSubject,
  set: readonly string[],
  io: Io,
): Promise<Config[]> {
  const inForce = await checkpointsInForce(io.cwd);
  if (inForce.length === 0) return [];
  const foreign = inForce.findLastIndex((tuned) => tuned.scenario.name !== scenario.name);
  const before = inForce.slice(foreign + 1, -1).map(({ overrides }) => configOf(spec.params, overrides));
  if (foreign >= 0) return before;
  const own = await readSubject(name, undefined, set, io);
  return [configOf(own.spec.params, []), ...before];
}

/** The configuration that settings amount to; what they leave out is as the scenario has it. */
export function configOf(params: readonly Param[], overrides: readonly Override[]): Config {
  const set = new Map(overrides.map(({ path, value }) => [path.join("."), value]));
  return Object.fromEntries(
    params.map(({ name, path, default: own }) => [name, (set.get(path.join(".")) ?? own) as Config[string]]),
  );
}
