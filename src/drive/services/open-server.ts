import { type ServerPlace, type ServerProcess, type ServerStart, startServer } from "./server-process.ts";
import { fixedPort } from "./server-readiness.ts";

/** What a target says of a server of its own. */
interface Wishes {
  readonly start?: ServerStart;
}

/** Starts the server that a target's settings describe (`start`), and waits until it is ready; undefined where they describe none. Throws as `startServer` does. */
export async function openServer(
  target: { readonly settings: unknown },
  place: ServerPlace,
): Promise<ServerProcess | undefined> {
  const { start } = target.settings as Wishes;
  return start === undefined ? undefined : startServer(start, place);
}

/** The server that a target brings along, for the list of services: `server: node server.mjs, started by dyno`. */
export function describeServer(target: { readonly settings: unknown }): string | undefined {
  const { start } = target.settings as Wishes;
  if (start === undefined) return undefined;
  const { command } = start;
  return `server: ${typeof command === "string" ? command : command.join(" ")}, started by dyno`;
}

/** The port that a target's server always has; undefined where dyno chooses one, or there is no server. */
export function fixedPortOf(target: { readonly settings: unknown }): number | undefined {
  const { start } = target.settings as Wishes;
  return start === undefined ? undefined : fixedPort(start.ready);
}
