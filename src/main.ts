#!/usr/bin/env node
import { runCli } from "./cli/cli.ts";
import { openProcessIo } from "./cli/process-io.ts";

// `dyno … | head` closes the pipe early; that is the reader's choice and no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const io = openProcessIo(process);
process.exitCode = await runCli(process.argv.slice(2), io);
io.close();
