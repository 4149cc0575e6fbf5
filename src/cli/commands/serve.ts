import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { targetSchemas } from "../../drive/target-schemas.ts";
import type { Output } from "../../publish/terminal/output.ts";
import { createScenarioReader } from "../../scenario/scenario-summary.ts";
import { type DashboardServer, openDashboardServer } from "../../serve/dashboard-server.ts";
import type { StartRun } from "../../serve/run-desk.ts";
import { type Io, interruptedBy } from "../io.ts";
import { readVersion } from "../read-version.ts";
import { run } from "./run.ts";

/** The options of `dyno serve`, as the command line gives them. */
export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  /** Default: DYNO_TOKEN. */
  readonly token?: string;
  /** The folder that receives the reports' folders, and whose reports are listed. */
  readonly out: string;
}

/** `dyno serve`: a dashboard that starts runs and shows them live, until it is interrupted; gives the exit code. */
export async function serve(options: ServeOptions, io: Io): Promise<number> {
  // An empty one is none.
  const token = (options.token ?? io.env.DYNO_TOKEN) || undefined;
  const server = await openDashboardServer({
    port: options.port,
    host: options.host,
    ...(token === undefined ? {} : { token }),
    readScenarios: createScenarioReader("scenarios", { targetSchemas, env: io.env }),
    reportsDir: resolve(io.cwd, options.out),
    startRun: startRunOf(options, io),
    clock: systemClock,
    dynoVersion: await readVersion(),
    log: (line) => io.stderr.write(`${line}\n`),
  });
  io.stderr.write(`dashboard at ${server.url}${token === undefined ? "" : "?token=<the token>"}\n`);
  return untilInterrupted(server, io);
}

async function untilInterrupted(server: DashboardServer, io: Io): Promise<number> {
  if (!io.signal.aborted)
    await new Promise((resolve) => io.signal.addEventListener("abort", resolve, { once: true }));
  const { interrupted = "SIGINT" } = interruptedBy(io.signal);
  await server.close(interrupted);
  const exitCode = interrupted === "SIGTERM" ? 143 : 130;
  io.stderr.write(`exit ${exitCode}: ended by ${interrupted}\n`);
  return exitCode;
}

/** A run as `dyno run` does it, its trials in processes of their own; what it would print is on the page. */
function startRunOf({ out }: ServeOptions, io: Io): StartRun {
  return ({ file, scenario: _, ...options }, { onEvent, onResult }, signal) =>
    run(
      file,
      { ...options, set: [], only: [], out, progress: false },
      { ...io, stdout: outputTo(() => undefined), stderr: outputTo(failuresTo(io)), signal },
      {
        onEvent,
        onResult: (result, dir) => {
          const hasPage = existsSync(join(dir, "report.html"));
          onResult(result, hasPage ? relative(resolve(io.cwd, out), dir) : undefined);
        },
      },
    );
}

function outputTo(write: (text: string) => void): Output {
  return { write, isTTY: false, columns: 100 };
}

/** What tells of something that failed, such as an output on a full disk, is not on the page, and must not be lost. */
function failuresTo({ stderr }: Io): (text: string) => void {
  return (text) => {
    if (text.startsWith("dyno: ")) stderr.write(text);
  };
}
