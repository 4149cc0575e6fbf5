import { existsSync } from "node:fs";
import { join } from "node:path";

/** The file a user means by `name`: the file itself, else the scenario of that name in `scenarios/`. */
export function findScenario(name: string, cwd: string): string {
  const isPlainWord = /^[\w-]+$/.test(name);
  const inFolder = join("scenarios", `${name}.yaml`);
  return isPlainWord && existsSync(join(cwd, inFolder)) ? inFolder : name;
}
