import { closeAll } from "../../base/async.ts";
import { DynoError } from "../../base/errors.ts";
import type { TargetSpec } from "../../scenario/scenario.ts";
import { fixedPortOf, openServer } from "../services/open-server.ts";
import { createOutputLog } from "../services/output-log.ts";
import type { ServiceAddresses } from "../target.ts";
import type { TwinProcess } from "./twin-process.ts";

/** A side whose target may bring a server along: its command runs in the side's own folder and environment. */
export interface ServedSide {
  readonly scenario: { readonly target: TargetSpec };
  readonly program: { readonly env: Readonly<Record<string, string | undefined>> };
  readonly scenarioDir: string;
}

/** The servers of one turn. */
export interface TurnServers {
  /** Of each side; nothing where it brings none, or where it was given up. */
  readonly addresses: readonly ServiceAddresses[];
  /** Ends them all. */
  close(): Promise<void>;
}

/**
 * Starts a fresh server for each side that brings one, all at once. The process of a side whose server does not become
 * ready, or ends before the turn does, is given up. `onTrouble` hears of servers that had to be killed, and of which side each was. Rejects with a
 * DynoError `aborted`; then nothing is left.
 */
export async function openTurnServers(
  sides: readonly ServedSide[],
  processes: readonly TwinProcess[],
  signal: AbortSignal,
  onTrouble: (text: string, side: number) => void,
): Promise<TurnServers> {
  const closings: (() => Promise<void>)[] = [];
  const close = (): Promise<void> => closeAll(closings);
  const open = async ({ scenario, program, scenarioDir: dir }: ServedSide, i: number) => {
    try {
      const place = { env: program.env, dir, signal, log: createOutputLog() };
      const server = await openServer(scenario.target, place);
      if (server === undefined) return {};
      closings.push(async () => {
        const trouble = await server.stop();
        if (trouble !== undefined) onTrouble(trouble, i);
      });
      server.onEnd((how) => processes[i]?.giveUp(`lost its server: ${how}`));
      return { serverUrl: server.url, serverGroup: server.group };
    } catch (error) {
      if (!(error instanceof DynoError) || error.code === "aborted") throw error;
      processes[i]?.giveUp(`has no server: ${error.message}`, error.code);
      return {};
    }
  };
  const opened = await Promise.allSettled(sides.map(open));
  const failed = opened.find((one) => one.status === "rejected");
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  return { addresses: opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])), close };
}

/** Servers of sides run at the same time. Throws a DynoError `usage` where two would have one and the same port. */
export function refuseSharedPorts(sides: readonly ServedSide[]): void {
  const ports = sides.flatMap(({ scenario }) => fixedPortOf(scenario.target) ?? []);
  const shared = ports.find((port, i) => ports.indexOf(port) !== i);
  if (shared === undefined) return;
  throw new DynoError(
    "usage",
    `the servers of both sides would listen on port ${shared} at the same time; let dyno choose the ports: \`ready: { port: auto }\`, and listen on $PORT`,
  );
}
