import type { Scope } from "./expression.ts";
import { failureOf } from "./failure.ts";
import type { FoldedRun, FoldedStep, StepStatus } from "./fold-run.ts";
import type { Pipeline, Step } from "./pipeline.ts";
import { type Failure, type RunRecord, slotName } from "./run-record.ts";
import { itemsOf } from "./step-input.ts";
import { createTask, type Task } from "./task.ts";

/** What the steps of a run tell the run. */
export interface StepEvents {
  readonly runId: string;
  readonly pipeline: Pipeline;
  readonly scope: Scope;
  record(record: RunRecord, isPure: boolean): void;
  skipped(step: Step): void;
  /** Makes the next attempt of a task; not before `retryAtMs`. */
  begin(task: Task, retryAtMs?: number): void;
}

interface StepState {
  status: StepStatus;
  /** Needs that are not over. */
  waitsFor: number;
  output: unknown;
  items: ItemsState | undefined;
}

interface ItemsState {
  readonly list: readonly unknown[];
  readonly outputs: unknown[];
  next: number;
  left: number;
  underWay: number;
  /** A pure item is done before `begin` comes back; the loop that began it takes the next one. */
  isFilling: boolean;
  error: Failure | undefined;
}

/** How far the steps of one run are, and which of them can begin. */
export class RunSteps {
  readonly #run: StepEvents;
  readonly #past: FoldedRun | undefined;
  readonly #states: StepState[];
  readonly #ready: Step[] = [];
  /** Steps that succeeded, in the order in which they did. */
  readonly ended: Step[] = [];
  /** The first step whose failure fails the run. */
  failure: { readonly step: string; readonly error: Failure } | undefined;
  /** Whether such a step asks for compensation. */
  wantsUndo = false;

  constructor(run: StepEvents, past: FoldedRun | undefined) {
    this.#run = run;
    this.#past = past;
    const { steps } = run.pipeline;
    this.#states = steps.map(({ waitsFor }) => ({
      status: "pending",
      waitsFor,
      output: null,
      items: undefined,
    }));
    for (const step of steps) if (step.waitsFor === 0) this.#ready.push(step);
    if (past !== undefined) this.#replay(past);
  }

  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Takes up the steps that are over. */
  #replay(past: FoldedRun): void {
    const byId = new Map(this.#run.pipeline.steps.map((step) => [step.id, step]));
    for (const id of past.ended) {
      const step = byId.get(id);
      const known = past.steps.get(id);
      if (step === undefined || known === undefined) continue;
      this.#over(step, known.status, known.output, known.error);
    }
  }

  /** Decides each step whose needs are over, and those that become so. */
  decideReady(): void {
    for (let step = this.#ready.shift(); step !== undefined; step = this.#ready.shift()) {
      if (this.#stateOf(step).status !== "pending") continue;
      const past = this.#past?.steps.get(step.id);
      // A failing run begins nothing; what was under way when it was cut off is still brought to an end.
      if (this.failure !== undefined && !isUnderWay(past)) continue;
      this.#decide(step, past);
    }
  }

  #decide(step: Step, past: FoldedStep | undefined): void {
    const hasBegun = past !== undefined && past.tasks.size > 0;
    try {
      const reason = hasBegun ? undefined : this.#skipReason(step);
      if (reason !== undefined) {
        this.#run.record({ type: "step.skipped", step: step.id, reason }, true);
        this.#run.skipped(step);
        return this.#over(step, "skipped", null, undefined);
      }
      this.#stateOf(step).status = "running";
      if (step.work.kind === "switch") this.#choose(step);
      else if (step.forEach === undefined) this.#beginOne(step, past);
      else this.#beginItems(step, past);
    } catch (thrown) {
      this.#failWhole(step, failureOf(thrown));
    }
  }

  #skipReason(step: Step): "condition" | "case" | "needs" | undefined {
    if (step.needs.length > 0) {
      const isTaken = (need: Step["needs"][number]): boolean =>
        (this.#states[need.step]?.output as { case?: unknown } | null)?.case === need.takes;
      for (const { step: at, takes } of step.needs) {
        if (takes === undefined) continue;
        const siblings = step.needs.filter((other) => other.step === at && other.takes !== undefined);
        if (!siblings.some(isTaken)) return "case";
      }
      const isRun = step.needs.some(({ step: at }) => this.#states[at]?.status !== "skipped");
      if (!isRun) return "needs";
    }
    return step.condition !== undefined && step.condition.evaluate(this.#run.scope) !== true
      ? "condition"
      : undefined;
  }

  #choose(step: Step): void {
    if (step.work.kind !== "switch") return;
    const { cases, otherwise } = step.work;
    const taken =
      cases.find(({ when }) => when.evaluate(this.#run.scope) === true)?.name ?? otherwise ?? null;
    const output = { case: taken };
    this.#run.record({ type: "step.succeeded", step: step.id, output }, true);
    this.#over(step, "succeeded", output, undefined);
  }

  #beginOne(step: Step, past: FoldedStep | undefined): void {
    const slot = { step: step.id };
    const known = past?.tasks.get(step.id);
    const task = createTask(this.#run.runId, step, { slot, call: callOf(step), item: undefined }, known);
    this.#run.begin(task, known?.retryAtMs);
  }

  #beginItems(step: Step, past: FoldedStep | undefined): void {
    const list = step.forEach === undefined ? [] : itemsOf(step.forEach, this.#run.scope);
    const items: ItemsState = {
      list,
      outputs: list.map(() => null),
      next: 0,
      left: list.length,
      underWay: 0,
      isFilling: false,
      error: undefined,
    };
    this.#stateOf(step).items = items;
    for (const index of list.keys()) {
      const result = past?.tasks.get(slotName({ step: step.id, index }))?.result;
      if (result === undefined) continue;
      items.left--;
      if ("output" in result) items.outputs[index] = result.output;
      else items.error ??= result.error;
    }
    this.#nextItems(step, items);
  }

  /** Begins items up to the step's concurrency; ends the step when there are none left. */
  #nextItems(step: Step, items: ItemsState): void {
    if (items.isFilling) return;
    items.isFilling = true;
    const past = this.#past?.steps.get(step.id)?.tasks;
    const { concurrency } = step.forEach ?? { concurrency: 1 };
    while (items.underWay < concurrency && items.next < items.list.length && !this.#isHeld(step, items)) {
      const index = items.next++;
      const slot = { step: step.id, index };
      const known = past?.get(slotName(slot));
      if (known?.result !== undefined) continue;
      items.underWay++;
      const given = { slot, call: callOf(step), item: items.list[index] };
      this.#run.begin(createTask(this.#run.runId, step, given, known), known?.retryAtMs);
    }
    items.isFilling = false;
    if (items.underWay > 0 || this.#stateOf(step).status !== "running") return;
    if (items.error !== undefined) return this.#failWhole(step, items.error, items);
    if (items.left > 0) return;
    const { length } = items.list;
    this.#run.record({ type: "step.succeeded", step: step.id, output: null, items: length }, step.pure);
    this.#over(step, "succeeded", items.outputs, undefined);
  }

  #isHeld(step: Step, { error }: ItemsState): boolean {
    return this.failure !== undefined || (error !== undefined && step.onError !== "continue");
  }

  /** A task of a step is done. */
  gave({ step, slot }: Task, output: unknown): void {
    const { items } = this.#stateOf(step);
    if (items === undefined || slot.index === undefined) {
      return this.#over(step, "succeeded", output, undefined);
    }
    items.outputs[slot.index] = output;
    items.underWay--;
    items.left--;
    this.#nextItems(step, items);
  }

  /** A task of a step has failed for good. */
  threw({ step, slot }: Task, error: Failure): void {
    const { items } = this.#stateOf(step);
    if (items === undefined || slot.index === undefined) return this.#over(step, "failed", null, error);
    items.error ??= error;
    items.underWay--;
    items.left--;
    this.#nextItems(step, items);
  }

  #failWhole(step: Step, error: Failure, items?: ItemsState): void {
    const record = { type: "step.failed", step: step.id, attempt: 0, error } as const;
    this.#run.record(items === undefined ? record : { ...record, items: items.list.length }, step.pure);
    this.#over(step, "failed", items?.outputs ?? null, error);
  }

  #over(step: Step, status: StepStatus, output: unknown, error: Failure | undefined): void {
    const state = this.#stateOf(step);
    state.status = status;
    state.output = output;
    (this.#run.scope.steps as Record<string, unknown>)[step.id] = { status, output, error: error ?? null };
    if (status === "succeeded") this.ended.push(step);
    if (status === "failed" && step.onError !== "continue") {
      this.failure ??= { step: step.id, error: error ?? { code: "internal", message: "unknown" } };
      if (step.onError === "compensate") this.wantsUndo = true;
      return;
    }
    for (const index of step.dependents) {
      const dependent = this.#run.pipeline.steps[index];
      const waiting = this.#states[index];
      if (dependent === undefined || waiting === undefined) continue;
      waiting.waitsFor--;
      if (waiting.waitsFor === 0) this.#ready.push(dependent);
    }
  }

  #stateOf({ index }: Step): StepState {
    const state = this.#states[index];
    if (state === undefined) throw new TypeError(`no step ${index}`);
    return state;
  }
}

function callOf({ work }: Step): Task["call"] {
  return work.kind === "action" ? work.call : undefined;
}

/** Whether a step had an attempt under way, and not one that waited for its time. */
function isUnderWay(past: FoldedStep | undefined): boolean {
  if (past === undefined) return false;
  return [...past.tasks.values()].some(
    ({ result, retryAtMs, dueMs }) => result === undefined && retryAtMs === undefined && dueMs === undefined,
  );
}
