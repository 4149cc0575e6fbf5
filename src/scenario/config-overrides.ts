import type { Override } from "./overrides.ts";
import type { Config, Param } from "./tuning.ts";

/**
 * The overrides that lay a configuration on the scenario of its parameters (to be read with `isVariant`), labelled as the
 * command line would say them. Numbers stay plain: reading takes them in the units of the parameters.
 */
export function configOverrides(params: readonly Param[], config: Config): Override[] {
  return params.flatMap(({ name, path }) => {
    const value = config[name];
    if (value === undefined) return [];
    return [{ label: `--set ${path.join(".")}=${value}`, path, value }];
  });
}
