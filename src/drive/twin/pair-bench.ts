import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DynoError } from "../../base/errors.ts";
import { mostClients } from "../../scenario/load-shapes.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { describeServer } from "../services/open-server.ts";
import { openServices, type Services } from "../services/open-services.ts";
import type { ServiceAddresses } from "../target.ts";
import { openPlacer, type Placer } from "./placer.ts";
import type { ProcessPool } from "./process-pool.ts";
import { refuseStudy } from "./refuse-study.ts";
import { openTurnServers, refuseSharedPorts, type TurnServers } from "./turn-servers.ts";
import { openTwinProcess, type TwinProcess, type TwinProgram, whileWorking } from "./twin-process.ts";
import { type TurnOrder, type TurnResult, workInTurn } from "./work-in-turn.ts";

/** One side of a comparison. */
export interface TwinSide {
  readonly scenario: Scenario;
  readonly program: TwinProgram;
  /** The folder that files named in the scenario are looked for in. */
  readonly scenarioDir: string;
}

/** How to measure pairs. */
export interface TwinOptions {
  readonly seed: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted: the processes are ended, and the pair under way is given up. */
  readonly signal: AbortSignal;
  readonly onService: (text: string) => void;
}

/** The program of this dyno. */
export function ownProgram(cwd: string, env: TwinProgram["env"]): TwinProgram {
  return { entry: fileURLToPath(new URL("./twin-child.js", import.meta.url)), cwd, env };
}

/** Measures sides in turn, block by block. */
export interface PairBench {
  /** The services that were opened so far, in words. */
  services(): readonly string[];
  /** What went wrong beside the measurement so far, such as a server that had to be killed: each once, in words. */
  warnings(): readonly string[];
  /** Opens the services that sides need, where that is not done. Throws a DynoError for what cannot be measured in slices. */
  admit(sides: readonly TwinSide[]): Promise<void>;
  /** Starts the sides' processes, lets them work in the order given, and ends them. Rejects with a DynoError `aborted`. */
  work(turn: Turn): Promise<Worked>;
  close(): Promise<void>;
}

/** How one block works. */
export interface Turn extends Omit<TurnOrder, "keeps"> {
  /** What messages call each side. */
  readonly names: readonly string[];
  /** All of them with the same phases, and each of them admitted. */
  readonly sides: readonly TwinSide[];
  /** Which block this is, from 0: they go from core to core. */
  readonly count: number;
  readonly verifies: boolean;
  /** Where the processes come from; absent: each has a fresh one. */
  readonly pool?: ProcessPool;
}

/** What each side did, or how it broke down. */
export interface Worked extends TurnResult {
  /** The core that all were pinned to; absent where they were not. */
  readonly core?: number;
}

/** Opens a bench without services. */
export async function openPairBench({ env, signal, onService }: TwinOptions): Promise<PairBench> {
  const placer = await openPlacer(onService);
  const services = new Map<string, Services>();
  const told = new Set<string>();
  const tell = (text: string): void => {
    if (!told.has(text)) onService(text);
    told.add(text);
  };
  const troubles = new Set<string>();
  const onTrouble = (text: string): void => {
    if (!troubles.has(text)) onService(text);
    troubles.add(text);
  };
  return {
    services: () => [...told],
    warnings: () => [...troubles],
    admit: async (sides) => {
      for (const { scenario } of sides) refuseFaults(scenario);
      refuseOtherPhases(sides);
      refuseSharedPorts(sides);
      for (const { scenario } of sides) {
        const server = describeServer(scenario.target);
        if (server !== undefined) tell(server);
        const wish = wishOf(scenario);
        if (services.has(wish)) continue;
        const breaking = { redis: false, network: false };
        const opened = await openServices(scenario.target, { env, signal, breaking });
        services.set(wish, opened);
        for (const text of opened.descriptions) tell(text);
      }
    },
    work: (turn) => runTogether({ services, placer, signal, onTrouble }, turn),
    close: async () => {
      for (const service of services.values()) await service.close();
    },
  };
}

interface Bench {
  /** By what was wished for. */
  readonly services: ReadonlyMap<string, Services>;
  readonly placer: Placer;
  readonly signal: AbortSignal;
  readonly onTrouble: (text: string) => void;
}

/** Slices of one phase are compared with slices of the same. */
function refuseOtherPhases(sides: readonly TwinSide[]): void {
  const names = sides.map(({ scenario }) => scenario.load.map(({ phase }) => phase).join(", "));
  const other = names.find((name) => name !== names[0]);
  if (other === undefined) return;
  throw new DynoError(
    "usage",
    `variants must have the same phases, and one has ${names[0]} and the other ${other}; give phases that are compared the same name`,
  );
}

/** Faults belong to a timetable and a study to a search of its own, and slices have neither. Throws a DynoError `usage`. */
export function refuseFaults(scenario: Scenario): void {
  refuseStudy(scenario);
  const { file, faults } = scenario;
  if (faults.length === 0) return;
  throw new DynoError(
    "usage",
    `${file} has faults, which need the time of a whole trial and cannot be compared in short turns; take \`faults\` out, or compare two \`dyno run\`s of it`,
  );
}

/** Sides that want the same share one. */
function wishOf({ target }: Scenario): string {
  const { store, redisUrl, appendfsync } = target.settings as Record<string, unknown>;
  return JSON.stringify([store, redisUrl, appendfsync]);
}

/** An engine in a process of its own, or a server, would share the core with its driver. */
function isInOneProcess({ target }: Scenario): boolean {
  const { process, start } = target.settings as Record<string, unknown>;
  return process !== "separate" && start === undefined;
}

/** Starts the processes, warms them up side by side, lets them work in turn, and ends them. */
async function runTogether(bench: Bench, turn: Turn): Promise<Worked> {
  const { signal, placer, onTrouble } = bench;
  const { sides, names, pool, count } = turn;
  if (signal.aborted) throw interrupted(signal.reason);
  const scratchDir = await mkdtemp(join(tmpdir(), "dyno-pair-"));
  const processes =
    pool?.take(sides.length) ?? sides.map(({ program }, i) => openTwinProcess(names[i] ?? "", program));
  const killAll = async (): Promise<void> => {
    await Promise.all(processes.map((process) => process.kill()));
  };
  const onAbort = (): void => void killAll();
  signal.addEventListener("abort", onAbort, { once: true });
  let isDone = false;
  let servers: TurnServers | undefined;
  try {
    await placer.spread(processes);
    servers = await openTurnServers(sides, processes, signal, (text, i) => onTrouble(`${names[i]}: ${text}`));
    await startAll(bench, turn, scratchDir, processes, servers);
    const scenarios = sides.map(({ scenario }) => scenario);
    let core: number | undefined;
    const place = async (): Promise<void> => {
      if (scenarios.every(isInOneProcess)) core = await placer.gather(processes, count);
    };
    const order = { ...turn, keeps: pool !== undefined };
    const result = await workInTurn(processes, scenarios, order, place);
    if (signal.aborted) throw interrupted(signal.reason);
    isDone = true;
    return { ...result, ...(core === undefined ? {} : { core }) };
  } catch (error) {
    throw signal.aborted ? interrupted(error) : error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    const ending = pool !== undefined && isDone ? processes.filter(({ broken }) => broken) : processes;
    await Promise.all(ending.map((process) => process.kill()));
    await servers?.close();
    await rm(scratchDir, { recursive: true, force: true });
  }
}

function interrupted(cause: unknown): DynoError {
  return new DynoError("aborted", "the comparison was interrupted", { cause });
}

async function startAll(
  { services }: Bench,
  { sides, seed, verifies }: Turn,
  scratchDir: string,
  processes: readonly TwinProcess[],
  servers: TurnServers,
): Promise<void> {
  await Promise.all(
    processes.map(async (process, i) => {
      const side = sides[i];
      if (side === undefined) return;
      const { scenario, scenarioDir } = side;
      const dir = join(scratchDir, String(i));
      await mkdir(dir);
      const { kind, settings } = scenario.target;
      const addresses: ServiceAddresses = {
        ...services.get(wishOf(scenario))?.addresses,
        ...servers.addresses[i],
      };
      const target = { kind, settings };
      const clients = mostClients(scenario.load);
      const most = clients === undefined ? {} : { clients };
      const spec = { target, seed, services: addresses, scenarioDir, scratchDir: dir, verifies, ...most };
      await whileWorking(process, () => process.start(spec));
    }),
  );
}
