import { type FoldedRun, foldRun, type RunStatus, type StepStatus } from "./fold-run.ts";
import type { Pipeline, Step } from "./pipeline.ts";
import type { RunRecord } from "./run-record.ts";

/** A step as a designer draws it. */
export interface GraphNode {
  readonly id: string;
  readonly kind: "action" | "switch" | "pipeline";
  /** The action's or the pipeline's name; for a switch its cases, joined by commas. */
  readonly does: string;
  readonly why: string | undefined;
  /** Steps before it on the longest way from a step without needs: the column to draw it in. */
  readonly depth: number;
  readonly condition: string | undefined;
  readonly isForEach: boolean;
  readonly attempts: number;
  readonly timeoutMs: number | undefined;
  readonly onError: Step["onError"];
  /** Actions that undo it. */
  readonly undo: readonly string[];
}

/** `to` needs `from`, or that the switch `from` took a case. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly case: string | undefined;
}

/** A pipeline as nodes and edges; plain JSON. */
export interface PipelineGraph {
  readonly pipeline: string;
  readonly definition: string;
  readonly on: string | undefined;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The graph of a pipeline, its steps in the order of the file. */
export function graphOf({ name, hash, on, steps }: Pipeline): PipelineGraph {
  const depths = new Map<number, number>();
  const depthOf = (step: Step): number => {
    const known = depths.get(step.index);
    if (known !== undefined) return known;
    const before = step.needs.map((need) => steps[need.step]).filter((need) => need !== undefined);
    const depth = Math.max(-1, ...before.map(depthOf)) + 1;
    depths.set(step.index, depth);
    return depth;
  };
  return {
    pipeline: name,
    definition: hash,
    on,
    nodes: steps.map((step) => ({
      id: step.id,
      kind: step.work.kind,
      does: doesOf(step),
      why: step.why,
      depth: depthOf(step),
      condition: step.condition?.source,
      isForEach: step.forEach !== undefined,
      attempts: step.retry.attempts,
      timeoutMs: step.timeoutMs,
      onError: step.onError,
      undo: step.compensate.map((call) => call.name),
    })),
    edges: steps.flatMap((step) =>
      step.needs.map((need) => ({ from: steps[need.step]?.id ?? "", to: step.id, case: need.takes })),
    ),
  };
}

function doesOf({ work }: Step): string {
  if (work.kind === "action") return work.call.name;
  if (work.kind === "pipeline") return work.pipeline;
  const names = work.cases.map(({ name }) => name);
  return [...names, ...(work.otherwise === undefined ? [] : [work.otherwise])].join(", ");
}

/** How far a node is in one run. */
export interface NodeState {
  readonly status: StepStatus;
  /** Attempts made, of all items together. */
  readonly attempts: number;
  readonly failures: number;
  /** Items of a `forEach` that are done, well or not; 0 for other steps. */
  readonly itemsDone: number;
  readonly isUndone: boolean;
  readonly error: string | undefined;
  /** Why it was skipped. */
  readonly reason: string | undefined;
}

/** A graph with the state of one run laid over it. */
export interface RunOverlay extends Omit<PipelineGraph, "nodes"> {
  readonly status: RunStatus;
  readonly nodes: readonly (GraphNode & { readonly state: NodeState })[];
}

/** Lays a run, given by its records in their order, over the graph of its pipeline. */
export function overlayRun(graph: PipelineGraph, records: Iterable<RunRecord>): RunOverlay {
  const run = foldRun(records);
  return {
    ...graph,
    status: run.status,
    nodes: graph.nodes.map((node) => ({ ...node, state: stateOf(run, node.id) })),
  };
}

function stateOf(run: FoldedRun, id: string): NodeState {
  const step = run.steps.get(id);
  const tasks = [...(step?.tasks ?? [])];
  const own = tasks.filter(([slot]) => !slot.includes("/undo-"));
  const undone = tasks.filter(([slot]) => slot.includes("/undo-"));
  return {
    status: step?.status ?? "pending",
    attempts: own.reduce((sum, [, task]) => sum + task.attempts, 0),
    failures: own.reduce((sum, [, task]) => sum + task.failures, 0),
    itemsDone: own.filter(([slot, { result }]) => slot !== id && result !== undefined).length,
    isUndone:
      undone.length > 0 && undone.every(([, { result }]) => result !== undefined && "output" in result),
    error: step?.error?.message,
    reason: step?.reason,
  };
}
