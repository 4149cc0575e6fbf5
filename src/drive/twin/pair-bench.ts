import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DynoError } from "../../base/errors.ts";
import { deriveSeed } from "../../base/random.ts";
import type { ArmFigures } from "../../measure/pair.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { openServices, type Services } from "../services/open-services.ts";
import { type Cores, openCores } from "./cores.ts";
import { type PhasePlan, planPhase, slicePhase } from "./slice-plan.ts";
import { openTwinProcess, type TwinProcess, type TwinProgram } from "./twin-process.ts";
import { probe, warmUpTogether } from "./warm-pair.ts";

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

/** The processes of a comparison, pair by pair. */
export interface PairBench {
  readonly services: readonly string[];
  /** The core for this pair; undefined where nothing is pinned. */
  coreOf(n: number): number | undefined;
  /** Starts the sides' processes, lets them work in the order given, and ends them. Rejects with a DynoError `aborted`. */
  work(turn: Turn): Promise<Worked>;
  close(): Promise<void>;
}

/** Opens the services that the sides need. Throws a DynoError for what cannot be measured in slices. */
export async function openPairBench(sides: readonly TwinSide[], options: TwinOptions): Promise<PairBench> {
  for (const { scenario } of sides) refuseFaults(scenario);
  refuseOtherPhases(sides);
  const cores = await openCores();
  const pins = sides.every(({ scenario }) => isInOneProcess(scenario)) && cores.list.length > 1;
  const services = await openSideServices(sides, options);
  for (const text of new Set(services.flatMap(({ descriptions }) => descriptions))) options.onService(text);
  const bench: Bench = { sides, services, cores, options, pins, plans: undefined };
  return {
    services: [...new Set(services.flatMap(({ descriptions }) => descriptions))],
    // Two pairs on each core, so that every core sees both orders.
    coreOf: (n) => (bench.pins ? cores.list[Math.floor(n / 2) % cores.list.length] : undefined),
    work: (turn) => runTogether(bench, turn),
    close: async () => {
      for (const service of new Set(services)) await service.close();
    },
  };
}

interface Bench {
  readonly sides: readonly TwinSide[];
  readonly services: readonly Services[];
  readonly cores: Cores;
  readonly options: TwinOptions;
  /** Whether processes are kept on one core. */
  pins: boolean;
  /** Made when the first processes are warm, and then the same for all. */
  plans: readonly PhasePlan[] | undefined;
}

/** How one pair works. */
export interface Turn {
  readonly seed: number;
  /** Which side has the first slice. */
  readonly order: readonly number[];
  readonly core: number | undefined;
  readonly verifies: boolean;
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

/** Faults belong to a timetable, and slices have none. Throws a DynoError `usage`. */
export function refuseFaults({ file, faults }: Scenario): void {
  if (faults.length === 0) return;
  throw new DynoError(
    "usage",
    `${file} has faults, which need the time of a whole trial and cannot be compared in short turns; take \`faults\` out, or compare two \`dyno run\`s of it`,
  );
}

/** An engine in a process of its own would share the core with its driver. */
function isInOneProcess({ target }: Scenario): boolean {
  return (target.settings as { readonly process?: string }).process !== "separate";
}

/** Sides that want the same share one. */
async function openSideServices(
  sides: readonly TwinSide[],
  { env, signal }: TwinOptions,
): Promise<Services[]> {
  const opened = new Map<string, Services>();
  const services: Services[] = [];
  try {
    for (const { scenario } of sides) {
      const { store, redisUrl, appendfsync } = scenario.target.settings as Record<string, unknown>;
      const wish = JSON.stringify([store, redisUrl, appendfsync]);
      const breaking = { redis: false, network: false };
      const service = opened.get(wish) ?? (await openServices(scenario.target, { env, signal, breaking }));
      opened.set(wish, service);
      services.push(service);
    }
    return services;
  } catch (error) {
    for (const service of opened.values()) await service.close();
    throw error;
  }
}

/** What each side did, or which broke down. */
export interface Worked {
  readonly figures: readonly ArmFigures[];
  readonly broken?: { readonly side: number; readonly error: DynoError };
}

/** Starts the processes, warms them up side by side, lets them work in turn, and ends them. */
async function runTogether(bench: Bench, turn: Turn): Promise<Worked> {
  const { signal } = bench.options;
  if (signal.aborted) throw interrupted(signal.reason);
  const scratchDir = await mkdtemp(join(tmpdir(), "dyno-pair-"));
  const processes: TwinProcess[] = [];
  const killAll = async (): Promise<void> => {
    await Promise.all(processes.map((process) => process.kill()));
  };
  const onAbort = (): void => void killAll();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await startAll(bench, turn, scratchDir, processes);
    return { figures: await workInTurn(bench, turn, processes) };
  } catch (error) {
    if (signal.aborted) throw interrupted(error);
    const side = processes.findIndex((process) => process.broken !== undefined);
    const broken = processes[side]?.broken;
    if (broken === undefined) throw error;
    return { figures: [], broken: { side, error: broken } };
  } finally {
    signal.removeEventListener("abort", onAbort);
    await killAll();
    await rm(scratchDir, { recursive: true, force: true });
  }
}

function interrupted(cause: unknown): DynoError {
  return new DynoError("aborted", "the comparison was interrupted", { cause });
}

async function startAll(
  { sides, services }: Bench,
  { seed, verifies }: Turn,
  scratchDir: string,
  processes: TwinProcess[],
): Promise<void> {
  const names = sides.length === 1 ? ["target"] : ["base", "candidate"];
  for (const [i, { program }] of sides.entries()) processes.push(openTwinProcess(names[i] ?? "", program));
  await Promise.all(
    sides.map(async ({ scenario, scenarioDir }, i) => {
      const dir = join(scratchDir, names[i] ?? "");
      await mkdir(dir);
      const { kind, settings } = scenario.target;
      const addresses = services[i]?.addresses ?? {};
      await processes[i]?.start({
        target: { kind, settings },
        seed,
        services: addresses,
        scenarioDir,
        scratchDir: dir,
        verifies,
      });
    }),
  );
}

async function workInTurn(
  bench: Bench,
  turn: Turn,
  processes: readonly TwinProcess[],
): Promise<ArmFigures[]> {
  const [side] = bench.sides;
  const [first] = processes;
  if (side === undefined || first === undefined)
    throw new DynoError("internal", "there is nothing to measure");
  const { load, warmup } = side.scenario;
  await warmUpTogether(processes, load, warmup);
  if (turn.core !== undefined) {
    await pinAll(bench, processes, turn.core);
  }
  if (bench.plans === undefined) {
    const answers = await probe(processes, load);
    bench.plans = load.map((phase, i) => planPhase(phase, answers[i] ?? nothing));
  }
  for (const plan of bench.plans) await workOnPhase(plan, turn, processes, bench);
  const figures: ArmFigures[] = [];
  for (const process of processes) figures.push(await process.stop());
  return figures;
}

const nothing = { completed: 0, failed: 0, costMicros: 0, p50Micros: 0 };

/** Where it turns out that processes cannot be moved, this pair and all others are measured where they are. */
async function pinAll(bench: Bench, processes: readonly TwinProcess[], core: number): Promise<void> {
  try {
    for (const { pid } of processes) await bench.cores.pin(pid, core);
  } catch {
    if (bench.pins)
      bench.options.onService("processes cannot be kept on one core here; they are measured where they are");
    bench.pins = false;
  }
}

/** Rounds of one slice each, in the order ABBA, so that a drift within the pair falls on both alike. */
async function workOnPhase(
  plan: PhasePlan,
  { seed, order }: Turn,
  processes: readonly TwinProcess[],
  { sides }: Bench,
): Promise<void> {
  for (let round = 0; round < plan.rounds; round++) {
    const turns = round % 2 === 0 ? order : order.toReversed();
    for (const at of turns) {
      // A variant may have a load of its own; it is cut like the first side's.
      const own = sides[at]?.scenario.load.find(({ phase }) => phase === plan.phase.phase) ?? plan.phase;
      await processes[at]?.slice({
        phase: slicePhase({ ...plan, phase: own }, round),
        leadMs: plan.leadMs,
        batchOperations: plan.batchOperations,
        varies: plan.varies,
        seed: deriveSeed(seed, `${plan.phase.phase} ${round}`),
        isWarmup: false,
      });
    }
  }
}
