import { DynoError } from "../../base/errors.ts";
import { nearestWord } from "../../base/suggest.ts";

/**
 * All names, each after those that it depends on. Throws a DynoError `usage` for a name that is not there, and for a
 * circle, with its path.
 */
export function dependencyOrder(dependsOn: ReadonlyMap<string, readonly string[]>): string[] {
  const ordered = new Set<string>();
  const path: string[] = [];
  const visit = (name: string, from: string): void => {
    if (ordered.has(name)) return;
    const begun = path.indexOf(name);
    if (begun >= 0) throw circle([...path.slice(begun), name]);
    const dependencies = dependsOn.get(name);
    if (dependencies === undefined) throw unknown(name, from, [...dependsOn.keys()]);
    path.push(name);
    for (const dependency of dependencies) visit(dependency, name);
    path.pop();
    ordered.add(name);
  };
  for (const name of dependsOn.keys()) visit(name, name);
  return [...ordered];
}

function circle(path: readonly string[]): DynoError {
  const text = path.join(" > ");
  return new DynoError("usage", `breaker ${path[0]}: it depends on itself: ${text}; take one dependsOn out`);
}

function unknown(name: string, from: string, known: readonly string[]): DynoError {
  const near = nearestWord(name, known);
  const hint = near === undefined ? "declare it as well" : `did you mean ${near}?`;
  return new DynoError("usage", `breaker ${from}: dependsOn names ${name}, which is no breaker; ${hint}`);
}
