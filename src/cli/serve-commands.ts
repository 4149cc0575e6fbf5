import type { Command } from "commander";
import type { Io } from "./io.ts";

/** Adds `serve`. */
export function addServeCommands(
  program: Command,
  io: Io,
  { done, port }: { readonly done: (exitCode: number) => void; readonly port: (text: string) => number },
): void {
  program
    .command("serve")
    .description(
      "a dashboard in the browser: start a run, watch it live, read its report; /metrics for Prometheus",
    )
    .option("--port <port>", "where it listens; 0 for any free one", port, 4080)
    .option("--host <host>", "the address that it is bound to; other machines need a token", "127.0.0.1")
    .option(
      "--token <token>",
      "what whoever uses it must show (default: DYNO_TOKEN, which no list of processes shows)",
    )
    .option(
      "--out <dir>",
      "folder that receives the reports' folders, and whose reports are listed",
      "reports",
    )
    .action(async (options) => done(await (await import("./commands/serve.ts")).serve(options, io)));
}
