import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { DynoError } from "../../base/errors.ts";
import { formatDuration } from "../../base/units.ts";
import type { OutputLog } from "./output-log.ts";
import { isTaken, planReadiness, type Readiness, type ReadyRule } from "./server-readiness.ts";
import { type ProcessEnd, type SupervisedProcess, superviseProcess } from "./supervised-process.ts";

/** How a user's own server is started, known to be ready, and ended. */
export interface ServerStart {
  /** A text is for the shell; a list is a program and its arguments. */
  readonly command: string | readonly string[];
  /** Relative to the folder of the scenario; absent: that folder. */
  readonly cwd?: string | undefined;
  /** Beside the environment of dyno, and PORT. */
  readonly env: Readonly<Record<string, string>>;
  /** `within` in milliseconds. */
  readonly ready: ReadyRule & { readonly within: number };
  /** What its whole process group is sent, and after how many milliseconds it is killed. */
  readonly stop: { readonly signal: NodeJS.Signals; readonly within: number };
}

/** A user's own server that dyno started. */
export interface ServerProcess {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Its process group. */
  readonly group: number;
  /** Such as `server: node server.mjs (pid 4711), ready after 120 ms on http://127.0.0.1:8080`. */
  readonly description: string;
  /**
   * Calls back where it ends before it was to be stopped, with a sentence without its full stop: `the server (node
   * server.mjs) ended with code 3 after 3.2 s; it wrote last: ...`.
   */
  onEnd(listener: (how: string) => void): void;
  /** Ends it with all its group, and gives what a reader should know of that; undefined where all went well. */
  stop(): Promise<string | undefined>;
}

/** Where a server is started. */
export interface ServerPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the scenario. */
  readonly dir: string;
  /** Takes what it writes to both streams. */
  readonly log: OutputLog;
  /** Ends the waiting for it to be ready. */
  readonly signal: AbortSignal;
}

const pollMs = 20;
const shownLines = 3;
const longestCommand = 60;

/**
 * Starts a server and waits until it is ready. Throws a DynoError `setup` where it is not in time, or ends, or another
 * process has its port: one line that says what was waited for, and what it wrote last. Then nothing of it is left.
 */
export async function startServer(start: ServerStart, place: ServerPlace): Promise<ServerProcess> {
  const shown = shownCommand(start.command);
  const name = `the server (${shown})`;
  const cwd = resolve(place.dir, start.cwd ?? "");
  if (!existsSync(cwd))
    throw new DynoError("setup", `${name} cannot be started in ${cwd}: there is no such folder`);
  const readiness = await planReadiness(start.ready);
  if (readiness.isFixed && (await isTaken(readiness.port))) throw portTaken(name, readiness.port);
  const { log } = place;
  const server = await superviseProcess({
    command: typeof start.command === "string" ? ["/bin/sh", "-c", start.command] : start.command,
    cwd,
    env: { ...place.env, ...start.env, PORT: String(readiness.port) },
    onOutput: log.add,
  });
  const startedMs = performance.now();
  try {
    const url = await untilReady({ name, start, server, readiness, log, signal: place.signal });
    const tookMs = Math.round(performance.now() - startedMs);
    const description = `server: ${shown} (pid ${server.pid}), ready after ${tookMs} ms on ${url}`;
    return makeServer({ name, url, description, server, log, stop: start.stop });
  } catch (thrown) {
    await server.kill();
    throw thrown;
  }
}

function shownCommand(command: ServerStart["command"]): string {
  const text = (typeof command === "string" ? command : command.join(" ")).replaceAll(/\s+/g, " ").trim();
  return text.length > longestCommand ? `${text.slice(0, longestCommand)}...` : text;
}

function portTaken(name: string, port: number): DynoError {
  return new DynoError(
    "setup",
    `port ${port} is in use by another process, so that ${name} cannot have it; end that one, or let dyno choose a port: \`ready: { port: auto }\`, and listen on $PORT`,
  );
}

interface Starting {
  readonly name: string;
  readonly start: ServerStart;
  readonly server: SupervisedProcess;
  readonly readiness: Readiness;
  readonly log: OutputLog;
  readonly signal: AbortSignal;
}

/** Where it can be reached. */
async function untilReady({ name, start, server, readiness, log, signal }: Starting): Promise<string> {
  const { within } = start.ready;
  const deadlineMs = performance.now() + within;
  for (;;) {
    const answer = await readiness.ask();
    const end = server.end();
    if (end !== undefined) {
      await server.kill();
      throw new DynoError("setup", `${endText(name, end)} before it was ready${lastWords(log)}`);
    }
    if ("origin" in answer) return answer.origin;
    if (signal.aborted) throw new DynoError("aborted", `stopped while ${name} was starting`);
    if (performance.now() > deadlineMs) {
      throw new DynoError(
        "setup",
        `${name} was not ready within ${formatDuration(within * 1000)}; ${readiness.condition} was waited for (in the end: ${answer.problem})${lastWords(log)}`,
      );
    }
    await sleep(pollMs);
  }
}

function endText(name: string, { how, afterMs }: ProcessEnd): string {
  return `${name} ${how} after ${formatDuration(afterMs * 1000)}`;
}

function lastWords(log: OutputLog): string {
  const lines = log.lastLines(shownLines);
  return lines.length === 0 ? "; it wrote nothing" : `; it wrote last: ${lines.join(" | ")}`;
}

interface Running extends Pick<ServerProcess, "url" | "description"> {
  readonly name: string;
  readonly server: SupervisedProcess;
  readonly log: OutputLog;
  readonly stop: ServerStart["stop"];
}

function makeServer({ name, url, description, server, log, stop }: Running): ServerProcess {
  let isStopping = false;
  return {
    url,
    group: server.pid,
    description,
    onEnd: (listener) => {
      void server.ended.then(async (end) => {
        if (isStopping) return;
        await server.gone;
        listener(`${endText(name, end)}${lastWords(log)}`);
      });
    },
    stop: async () => {
      // One that has just ended by itself is heard of first.
      await nextTurn();
      isStopping = true;
      if (await server.stop(stop.signal, stop.within)) return undefined;
      return `${name} had not ended ${formatDuration(stop.within * 1000)} after ${stop.signal}, and was killed with all its process group`;
    },
  };
}
