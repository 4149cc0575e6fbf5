import { fork } from "node:child_process";
import { DynoError } from "../../base/errors.ts";
import type { HostConfig } from "./engine-host.ts";
import type { FromHost, ToHost } from "./engine-messages.ts";

/** One life of the process that hosts the engine. */
export interface EngineProcess {
  send(message: ToHost): void;
  /** Kills it at once (SIGKILL), as a crash would. */
  kill(): void;
  /** Resolves, with how it ended, when it is gone and all that it said has been heard. */
  readonly gone: Promise<string>;
}

/** Reading back a large store takes its time. */
const openTimeoutMs = 60_000;

/** Where the process begins; tests run it from where it was built. */
export const engineChild = new URL("./engine-child.js", import.meta.url);

/** Starts the process and opens its engine. Rejects with the engine's DynoError, or `setup` where it ends or hangs. */
export async function startEngineProcess(
  config: HostConfig,
  onMessage: (message: FromHost) => void,
  entry: URL,
): Promise<EngineProcess> {
  const child = fork(entry, { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] });
  // What it sent before its end is read until the channel closes.
  const silent = new Promise<void>((resolve) => child.once("disconnect", resolve));
  const gone = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      void silent.then(() => resolve(how));
    });
  });
  const send = (message: ToHost): void => {
    // A process that is gone is noticed by its end.
    if (child.connected) child.send(message, () => undefined);
  };
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (message: FromHost) => {
      if (message.type === "ready") resolve();
      else if (message.type === "failed") reject(new DynoError(message.code, message.message));
      else onMessage(message);
    });
    void gone.then((how) => reject(new DynoError("setup", `the engine's own process ${how}`)));
  });
  const opening = setTimeout(() => child.kill("SIGKILL"), openTimeoutMs);
  send({ type: "start", config });
  try {
    await ready;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(opening);
  }
  return { send, kill: () => void child.kill("SIGKILL"), gone };
}
