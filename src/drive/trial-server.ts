import { DynoError, messageOf } from "../base/errors.ts";
import { writeWhole } from "../base/write-whole.ts";
import type { CheckResult, TimelineMark, TrialResult } from "../measure/result.ts";
import type { ProgressEvent } from "./progress.ts";
import { openServer } from "./services/open-server.ts";
import { createOutputLog } from "./services/output-log.ts";
import type { ServerProcess } from "./services/server-process.ts";
import type { ServiceAddresses } from "./target.ts";

/** A trial whose target may bring a server along. */
export interface ServedTrial {
  readonly target: { readonly settings: unknown };
  /** The folder of the scenario. */
  readonly scenarioDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ProgressEvent) => void;
  /** Where to write what the server wrote; absent: nowhere. */
  readonly logPath?: string;
}

/** What the trial itself is given. */
export interface Served {
  readonly addresses: Pick<ServiceAddresses, "serverUrl" | "serverGroup">;
  readonly onEvent: (event: ProgressEvent) => void;
}

/**
 * Runs a trial on a fresh server, where the target brings one, and ends that afterwards. A server that ends in mid-run is a
 * check that fails and a mark on the timeline; one that has to be killed is a warning. Throws a DynoError `setup` where it
 * does not become ready.
 */
export async function withServer(
  trial: ServedTrial,
  run: (served: Served) => Promise<TrialResult>,
): Promise<TrialResult> {
  const { target, scenarioDir: dir, env, signal, onEvent, logPath } = trial;
  const log = createOutputLog();
  try {
    const server = await openServer(target, { env, dir, signal, log });
    if (server === undefined) return await run({ addresses: {}, onEvent });
    onEvent({ type: "service", text: server.description });
    return await runOn(server, onEvent, run);
  } finally {
    const text = log.text();
    // Where it cannot be written, neither can the report, which says so.
    if (logPath !== undefined && text !== "") await writeWhole(logPath, text).catch(() => undefined);
  }
}

async function runOn(
  server: ServerProcess,
  onEvent: ServedTrial["onEvent"],
  run: (served: Served) => Promise<TrialResult>,
): Promise<TrialResult> {
  const addresses = { serverUrl: server.url, serverGroup: server.group };
  let begunMs: number | undefined;
  let death: Death | undefined;
  server.onEnd((how) => {
    const atMs = begunMs === undefined ? 0 : performance.now() - begunMs;
    death = { how, mark: { atMs, label: "the server ended" } };
    onEvent({ type: "fault", mark: death.mark });
  });
  const watch = (event: ProgressEvent): void => {
    // The trial's own time begins with its first phase.
    if (event.type === "phase") begunMs ??= performance.now();
    onEvent(event);
  };
  let result: TrialResult;
  try {
    result = await run({ addresses, onEvent: watch });
  } catch (error) {
    await server.stop();
    throw withDeath(error, death);
  }
  // It may have ended in the last moments: what it was is heard while it is cleared away.
  const trouble = await server.stop();
  return account(result, death, trouble);
}

interface Death {
  readonly how: string;
  readonly mark: TimelineMark;
}

/** Why a target could not be started is, where its server is gone, the end of the server. */
function withDeath(error: unknown, death: Death | undefined): unknown {
  if (death === undefined || !(error instanceof DynoError) || error.code !== "setup") return error;
  return new DynoError("setup", `${death.how}; then ${messageOf(error)}`, { cause: error });
}

function account(result: TrialResult, death: Death | undefined, trouble: string | undefined): TrialResult {
  const check: CheckResult = {
    name: "server stayed up",
    ok: death === undefined,
    detail: death?.how ?? "it was there from the first operation to the last",
  };
  return {
    ...result,
    marks: [...result.marks, ...(death === undefined ? [] : [death.mark])],
    checks: [...result.checks, check],
    warnings: [...result.warnings, ...(trouble === undefined ? [] : [trouble])],
  };
}
