import { readFile } from "node:fs/promises";
import { DynoError, messageOf } from "../../base/errors.ts";
import { formatProblem } from "../../base/yaml.ts";
import { checkResilience } from "./check-resilience.ts";
import type { ResilienceDeclarations } from "./declarations.ts";
import type { Policy } from "./policy.ts";
import { createResilience, type Resilience, type ResilienceOptions } from "./resilience.ts";

/** A network of breakers and the policies of a file. */
export interface DeclaredResilience extends Resilience {
  /** The policies of the file, by name. */
  readonly policies: ReadonlyMap<string, Policy>;
}

/** How to read a resilience file. Settings of the network are in the file. */
export interface ReadResilienceOptions extends Omit<ResilienceOptions, "settings"> {
  /** For `${NAME}` in the file. Default: no variable is set. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads breakers and policies from a YAML file and creates them. Throws a DynoError: `usage` where the file cannot be
 * read, `scenario` with every problem at its place.
 */
export async function readResilience(
  file: string,
  options: ReadResilienceOptions = {},
): Promise<DeclaredResilience> {
  return parseResilience(await readText(file), file, options);
}

/** The same from text that is at hand; `file` is what messages call it. Throws a DynoError `scenario` with every problem. */
export function parseResilience(
  text: string,
  file: string,
  { env = {}, ...options }: ReadResilienceOptions = {},
): DeclaredResilience {
  const { declarations, problems } = checkResilience(text, file, env);
  if (declarations !== undefined) return declare(declarations, options);
  throw new DynoError("scenario", problems.map((problem) => formatProblem(problem, text)).join("\n"));
}

function declare(declarations: ResilienceDeclarations, options: ResilienceOptions): DeclaredResilience {
  const resilience = createResilience({ ...options, settings: declarations.network });
  resilience.network.add(declarations.breakers);
  const policies = Object.entries(declarations.policies).map(
    ([name, { input, breaker }]) =>
      [name, resilience.policy(name, input, breaker === undefined ? {} : { breaker })] as const,
  );
  return { ...resilience, policies: new Map(policies) };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new DynoError("usage", `the resilience file ${file} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}
