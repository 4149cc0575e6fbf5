import { join } from "node:path";
import { DynoError } from "../../base/errors.ts";
import type { Engine } from "../../engine/engine.ts";
import { type ActionContext, type Actions, defineAction } from "../../engine/pipeline/action.ts";
import { builtInActions } from "../../engine/pipeline/actions/built-in.ts";
import { createPipelines, type Pipelines } from "../../engine/pipeline/pipelines.ts";
import { readPipelines } from "../../engine/pipeline/read-pipelines.ts";
import type { NetworkChange } from "../../engine/resilience/network.ts";
import { createResilience } from "../../engine/resilience/resilience.ts";
import { courseOfNetwork, type NetworkCourse } from "../../measure/network-course.ts";
import type { HandlerFaults } from "../faults/handler-faults.ts";
import { openEffects } from "./engine-effects.ts";
import type { EngineSettings } from "./engine-settings.ts";

/** The pipelines of one engine, at work. */
export interface HostPipelines {
  /** Resolves when the run that this event starts is over; rejects where it did not complete. */
  finished(eventId: string): Promise<void>;
  counters(): Readonly<Record<string, number>>;
  /** The breakers of their steps and how they went until now, in ms since 1970; undefined where there is none. */
  network(): NetworkCourse | undefined;
  close(): Promise<void>;
}

/** The actions that scenarios bring for their pipelines: each writes down that it was done, and handler faults strike it. */
const standIns = ["reserve", "release", "charge", "refund", "work"];

/** Where the stand-ins write what they did: the idempotency key of each attempt. */
export function stepEffectsPath(dir: string): string {
  return join(dir, "steps.effects");
}

/** A run that ended otherwise than it should. */
class RunNotCompleted extends Error {
  override readonly name = "RunNotCompleted";
}

/** Starts the pipelines that the settings name; undefined where there are none. Rejects with a DynoError. */
export async function startPipelines(
  engine: Engine,
  { pipelines: files }: EngineSettings,
  { dir, faults }: { readonly dir: string; readonly faults: HandlerFaults },
): Promise<HostPipelines | undefined> {
  if (files.length === 0) return undefined;
  const effects = await openEffects(stepEffectsPath(dir));
  const standIn = defineAction({
    run: async (_input: unknown, { idempotencyKey }: ActionContext) => {
      await faults.meet();
      await effects.record(idempotencyKey);
      return { done: idempotencyKey };
    },
  });
  const actions: Actions = {
    ...builtInActions({ publish: (event) => engine.publish(event) }),
    ...Object.fromEntries(standIns.map((name) => [name, standIn])),
  };
  const waiting = createWaiting();
  const changes: NetworkChange[] = [];
  const resilience = createResilience({ onChange: (change) => changes.push(change) });
  const pipelines = createPipelines({
    resilience,
    pipelines: await readPipelines(files, { actions, env: process.env }),
    engine,
    onEnd: ({ runId, status, error }) => waiting.ended(runId, status, error?.message ?? ""),
  });
  await pipelines.start();
  return {
    finished: waiting.of,
    counters: () => countsOf(pipelines),
    network: () => courseOfNetwork(resilience.network.snapshot().breakers, changes),
    close: async () => {
      await pipelines.stop();
      await effects.close();
      waiting.close();
    },
  };
}

/** The runs of all pipelines, by what became of them. */
function countsOf(pipelines: Pipelines): Readonly<Record<string, number>> {
  const names = ["active", "started", "resumed", "completed", "failed", "cancelled", "parked"] as const;
  const all = pipelines.runCounts();
  return Object.fromEntries(
    names.map((name) => [`runs_${name}`, all.reduce((sum, counts) => sum + counts[name], 0)]),
  );
}

/** Publishes that wait for their run. A run may be over before its publisher asks. */
function createWaiting() {
  const asked = new Map<
    string,
    { readonly resolve: () => void; readonly reject: (error: unknown) => void }
  >();
  const early = new Map<string, Error | undefined>();
  return {
    ended: (runId: string, status: string, message: string): void => {
      // A run is named for its pipeline and its event.
      const eventId = runId.slice(runId.lastIndexOf("-") + 1);
      const error =
        status === "completed"
          ? undefined
          : new RunNotCompleted(`run ${runId} ended as ${status}: ${message}`);
      const waits = asked.get(eventId);
      if (waits === undefined) return void early.set(eventId, error);
      asked.delete(eventId);
      if (error === undefined) waits.resolve();
      else waits.reject(error);
    },
    of: (eventId: string): Promise<void> => {
      if (early.has(eventId)) {
        const error = early.get(eventId);
        early.delete(eventId);
        return error === undefined ? Promise.resolve() : Promise.reject(error);
      }
      return new Promise((resolve, reject) => asked.set(eventId, { resolve, reject }));
    },
    close: (): void => {
      for (const { reject } of asked.values())
        reject(new DynoError("closed", "the engine was closed before the run was over"));
      asked.clear();
    },
  };
}
