import { createHash } from "node:crypto";
import type { Report } from "../../base/report.ts";
import type { Path, YamlFile } from "../../base/yaml.ts";
import type { Actions } from "./action.ts";
import { compileCall } from "./compile-call.ts";
import { compileExpression, type Expression, type ExpressionSite } from "./expression.ts";
import type { Call, ForEach, Pipeline, Step, Work } from "./pipeline.ts";
import type { PipelineInput, StepInput } from "./pipeline-schema.ts";
import { upstreamOf } from "./step-order.ts";
import { compileTemplate, type Template } from "./template.ts";

/** What compiling needs beside the file. */
export interface CompileOptions {
  readonly actions: Actions;
  readonly isFormer?: boolean;
}

/** Compiles a file whose needs are known to hold; what is wrong with its expressions and inputs is reported. */
export function compilePipeline(
  input: PipelineInput & { readonly name: string },
  yaml: YamlFile,
  options: CompileOptions,
  report: Report,
): Pipeline {
  const order = input.steps.map(({ id, needs }) => ({ id, needs: needs.map(stepOfNeed) }));
  const upstream = upstreamOf(order);
  const known = new Set(order.map(({ id }) => id));
  const indexOf = new Map(order.map(({ id }, index) => [id, index]));
  const steps = input.steps.map((step, index): Step => {
    const site: ExpressionSite = {
      upstream: upstream.get(step.id) ?? new Set(),
      known,
      isInLoop: false,
      gives: "anything",
    };
    const dependents = order.flatMap(({ needs }, i) => (needs.includes(step.id) ? [i] : []));
    const needs = step.needs.map((need) => ({
      step: indexOf.get(stepOfNeed(need)) ?? -1,
      takes: need.split(".", 2)[1],
    }));
    const waitsFor = new Set(needs.map((need) => need.step)).size;
    return {
      index,
      needs,
      waitsFor,
      dependents,
      ...new StepCompiler(step, ["steps", index], site, options, report).compile(),
    };
  });
  const site: ExpressionSite = { upstream: known, known, isInLoop: false, gives: "anything" };
  const outputs = compileTemplate(input.outputs, site, (path, problem) =>
    report({ path: ["outputs", ...path], message: problem.message, inText: problem, ...hintOf(problem) }),
  );
  const { name, why, on, params, concurrency } = input;
  return { name, file: yaml.file, why, on, params, concurrency, steps, outputs, hash: hashOf(input) };
}

function stepOfNeed(need: string): string {
  return need.split(".")[0] ?? need;
}

function hintOf({ hint }: { readonly hint?: string }): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

/** Over everything that decides what a run does. */
function hashOf({ why: _, ...rest }: PipelineInput): string {
  const said = { ...rest, steps: rest.steps.map(({ why: _why, ...step }) => step) };
  return createHash("sha256").update(JSON.stringify(said)).digest("hex").slice(0, 16);
}

class StepCompiler {
  readonly #step: StepInput;
  readonly #path: Path;
  readonly #site: ExpressionSite;
  /** Where `item` and `index` are known. */
  readonly #inner: ExpressionSite;
  readonly #options: CompileOptions;
  readonly #report: Report;

  constructor(step: StepInput, path: Path, site: ExpressionSite, options: CompileOptions, report: Report) {
    this.#step = step;
    this.#path = path;
    this.#site = site;
    this.#inner = { ...site, isInLoop: step.forEach !== undefined };
    this.#options = options;
    this.#report = report;
  }

  compile(): Omit<Step, "index" | "needs" | "waitsFor" | "dependents"> {
    const step = this.#step;
    const work = this.#work();
    return {
      id: step.id,
      why: step.why,
      work,
      condition: step.if === undefined ? undefined : this.#expression(step.if, ["if"], "bool"),
      forEach: this.#forEach(),
      retry: {
        attempts: step.retry?.attempts ?? 1,
        delayMs: step.retry?.delay ?? 0,
        maxDelayMs: step.retry?.maxDelay ?? 0,
      },
      timeoutMs: step.timeout,
      breaker: step.breaker,
      bulkhead: step.bulkhead,
      onError: step.onError,
      compensate: this.#compensate(),
      pure:
        step.pure ??
        (work.kind === "switch" || (work.kind === "action" && (work.call.action?.pure ?? false))),
    };
  }

  #work(): Work {
    const { action, pipeline, switch: cases, else: otherwise, with: input = {} } = this.#step;
    if (action !== undefined) return { kind: "action", call: this.#call(action, input, [], this.#inner) };
    if (pipeline !== undefined) {
      return { kind: "pipeline", pipeline, input: this.#template(input, ["with"], this.#inner) };
    }
    return {
      kind: "switch",
      cases: Object.entries(cases ?? {}).flatMap(([name, source]) => {
        const when = this.#expression(source, ["switch", name], "bool");
        return when === undefined ? [] : [{ name, when }];
      }),
      otherwise,
    };
  }

  #forEach(): ForEach | undefined {
    const { forEach, concurrency = 1 } = this.#step;
    if (forEach === undefined) return undefined;
    const items = typeof forEach === "string" ? this.#expression(forEach, ["forEach"], "list") : forEach;
    return items === undefined ? undefined : { items, concurrency };
  }

  /** What undoes a step may read the step itself. */
  #compensate(): readonly Call[] {
    const { compensate, id } = this.#step;
    if (compensate === undefined) return [];
    const site = { ...this.#site, upstream: new Set([...this.#site.upstream, id]) };
    return Array.isArray(compensate)
      ? compensate.map((call, i) => this.#call(call.action, call.with, ["compensate", i], site))
      : [this.#call(compensate.action, compensate.with, ["compensate"], site)];
  }

  #call(name: string, input: Readonly<Record<string, unknown>>, at: Path, site: ExpressionSite): Call {
    const template = this.#template(input, [...at, "with"], site);
    const path = [...this.#path, ...at];
    return compileCall({ name, input, template, path, ...this.#options, report: this.#report });
  }

  #template(value: unknown, at: Path, site: ExpressionSite): Template {
    return compileTemplate(value, site, (path, problem) =>
      this.#report({
        path: [...this.#path, ...at, ...path],
        message: problem.message,
        inText: problem,
        ...hintOf(problem),
      }),
    );
  }

  #expression(source: string, at: Path, gives: ExpressionSite["gives"]): Expression | undefined {
    const compiled = compileExpression(source, { ...this.#site, gives });
    if ("expression" in compiled) return compiled.expression;
    const { problem } = compiled;
    this.#report({
      path: [...this.#path, ...at],
      message: problem.message,
      inText: problem,
      ...hintOf(problem),
    });
    return undefined;
  }
}
