import { describe, expect, test } from "vitest";
import { z } from "zod";
import { builtInActions } from "../../../src/engine/pipeline/actions/built-in.ts";
import { checkPipeline, formatPipelineProblems } from "../../../src/engine/pipeline/check-pipeline.ts";

const actions = {
  ...builtInActions({ publish: async () => ({ id: "" }) }),
  charge: {
    input: z.strictObject({ amount: z.number(), currency: z.enum(["EUR", "USD"]).default("EUR") }),
    run: () => null,
  },
};

function check(text: string) {
  return checkPipeline(text, "p.yaml", { actions, env: {}, pipelines: new Set(["ship", "refund"]) });
}

function errorsOf(text: string): string[] {
  return formatPipelineProblems(check(text).problems, text)
    .split("\n")
    .filter((line) => line.includes("error:"));
}

/** A pipeline whose last step has these lines. */
function withStep(...lines: string[]): string {
  const step = lines.map((line, i) => (i === 0 ? `  - ${line}` : `    ${line}`));
  return ["on: orders.created", "steps:", "  - { id: first, action: transform }", ...step, ""].join("\n");
}

// What is written, and the one line that it must give. The last step begins in line 4.
const mistakes: readonly (readonly [string, string, string])[] = [
  [
    "a setting that there is not",
    withStep("id: a", "action: log", "tiemout: 2s"),
    'p.yaml:6:5: error: steps.1.tiemout: unknown setting "tiemout"',
  ],
  [
    "a duration without a unit",
    withStep("id: a", "action: transform", "timeout: 20"),
    "p.yaml:6:14: error: steps.1.timeout: expected a duration such as 500us, 2ms, 30s or 5m, not 20",
  ],
  [
    "two steps with one id",
    withStep("id: first", "action: transform"),
    "p.yaml:4:9: error: steps.1.id: there are two steps first; each needs an id of its own",
  ],
  [
    "a need that is no step",
    withStep("id: a", "action: transform", "needs: [first, firts]"),
    "p.yaml:6:20: error: steps.1.needs.1: there is no step firts; did you mean first?",
  ],
  [
    "steps that wait for one another",
    "steps:\n  - { id: a, action: transform, needs: [c] }\n  - { id: b, action: transform, needs: [a] }\n  - { id: c, action: transform, needs: [b] }\n",
    "p.yaml:2:41: error: steps.0.needs.0: these steps wait for one another: a needs c needs b needs a",
  ],
  [
    "a step that waits for itself",
    withStep("id: a", "action: transform", "needs: [a]"),
    "p.yaml:6:13: error: steps.1.needs.0: these steps wait for one another: a needs a",
  ],
  [
    "a case of a step that is no switch",
    withStep("id: a", "action: transform", "needs: [first.big]"),
    "p.yaml:6:13: error: steps.1.needs.0: first is no switch and has no case big; write first",
  ],
  [
    "a case that the switch has not",
    "steps:\n  - { id: s, switch: { big: 'true' }, else: small }\n  - { id: a, action: transform, needs: [s.bgi] }\n",
    "p.yaml:3:41: error: steps.1.needs.0: the switch s has no case bgi; it has big, small; did you mean big?",
  ],
  [
    "an action that there is not",
    withStep("id: a", "action: chrage"),
    "p.yaml:5:13: error: steps.1.action: there is no action chrage; there are http, publish, delay, transform, log, charge; did you mean charge?",
  ],
  [
    "an action that there is not among the compensations",
    withStep("id: a", "action: transform", "compensate:", "  - { action: htpp }"),
    "p.yaml:7:19: error: steps.1.compensate.0.action: there is no action htpp; there are http, publish, delay, transform, log, charge; did you mean http?",
  ],
  [
    "an input that the action does not take",
    withStep("id: a", "action: charge", "with: { amuont: 5, amount: 1 }"),
    "p.yaml:6:13: error: steps.1.with.amuont: the action charge takes no amuont; it takes amount, currency; did you mean amount?",
  ],
  [
    "an input that is missing",
    withStep("id: a", "action: charge", "with: { currency: EUR }"),
    "p.yaml:6:5: error: steps.1.with: the action charge needs amount",
  ],
  [
    "a constant input of the wrong type beside an expression",
    withStep("id: a", "action: charge", "with: { amount: '{{ event.data.n }}', currency: GBP }"),
    'p.yaml:6:53: error: steps.1.with.currency: Invalid option: expected one of "EUR"|"USD"',
  ],
  [
    "a URL that is none",
    withStep("id: a", "action: http", "with: { url: 'ftp:/x' }"),
    "p.yaml:6:18: error: steps.1.with.url: give an http or https URL",
  ],
  [
    "a condition that is no CEL",
    withStep("id: a", "action: transform", "if: event.data.total >"),
    "p.yaml:6:26: error: steps.1.if: not valid CEL: Unexpected token: EOF",
  ],
  [
    "a condition that is no CEL, in quotes",
    withStep("id: a", "action: transform", 'if: "1 ~ 2"'),
    "p.yaml:6:12: error: steps.1.if: not valid CEL: Unexpected character: ~",
  ],
  [
    "a condition that gives a number",
    withStep("id: a", "action: transform", "if: 1 + 2"),
    'p.yaml:6:9: error: steps.1.if: "1 + 2" gives int, and a bool is needed here',
  ],
  [
    "types that do not go together",
    withStep("id: a", "action: transform", "if: event.id + 1 == 2"),
    "p.yaml:6:9: error: steps.1.if: not valid CEL: no such overload: string + int",
  ],
  [
    "a variable that there is not",
    withStep("id: a", "action: transform", "if: evnet.data.ok"),
    "p.yaml:6:9: error: steps.1.if: not valid CEL: Unknown variable: evnet; did you mean event?",
  ],
  [
    "a field that events have not",
    withStep("id: a", "action: transform", "if: event.dat.ok"),
    "p.yaml:6:15: error: steps.1.if: not valid CEL: No such key: dat; did you mean data?",
  ],
  [
    "a step in an expression that is not upstream",
    withStep("id: a", "action: transform", "if: event.data.x && steps.first.output.ok"),
    "p.yaml:6:25: error: steps.1.if: step first may not be finished by then: it is not upstream of this; add first to needs",
  ],
  [
    "a step in an expression that there is not",
    withStep("id: a", "action: transform", "needs: [first]", "with: { x: 'is {{ steps.fisrt.output }}' }"),
    "p.yaml:7:23: error: steps.1.with.x: there is no step fisrt; did you mean first?",
  ],
  [
    "an expression that is not closed",
    withStep("id: a", "action: transform", "with: { x: 'is {{ event.id' }"),
    "p.yaml:6:20: error: steps.1.with.x: {{ is not closed by }}",
  ],
  [
    "an item outside of forEach",
    withStep("id: a", "action: transform", "with: { x: '{{ item }}' }"),
    "p.yaml:6:20: error: steps.1.with.x: not valid CEL: Unknown variable: item",
  ],
  [
    "a forEach over no list",
    withStep("id: a", "action: transform", "forEach: event.id"),
    'p.yaml:6:14: error: steps.1.forEach: "event.id" gives string, and a list is needed here',
  ],
  [
    "a step that does nothing",
    withStep("id: a"),
    "p.yaml:4:5: error: steps.1: a step has one of action, pipeline, switch; this has none",
  ],
  [
    "a step that does two things",
    withStep("id: a", "action: log", "pipeline: ship"),
    "p.yaml:4:5: error: steps.1: a step has one of action, pipeline, switch; this has action and pipeline",
  ],
  [
    "a retry of a pipeline",
    withStep("id: a", "pipeline: ship", "retry: { attempts: 2 }"),
    "p.yaml:6:5: error: steps.1.retry: retry means nothing here: the steps of the pipeline have their own",
  ],
  [
    "a pipeline that there is not",
    withStep("id: a", "pipeline: shipp"),
    "p.yaml:5:15: error: steps.1.pipeline: there is no pipeline shipp; did you mean ship?",
  ],
  [
    "a topic pattern that is none",
    "on: orders..x\nsteps: [{ id: a, action: transform }]\n",
    'p.yaml:1:5: error: on: topic pattern "orders..x" has an empty word',
  ],
  [
    "an output of a step that there is not",
    'steps: [{ id: a, action: transform }]\noutputs:\n  total: "{{ steps.b.output }}"\n',
    "p.yaml:3:14: error: outputs.total: there is no step b",
  ],
];

describe("a pipeline file", () => {
  test.each(mistakes)("with %s is refused at its place", (_, text, expected) => {
    const errors = errorsOf(text);
    expect(errors.map((line) => line.slice(0, expected.length))).toEqual([expected]);
  });

  test("has all its mistakes told at once, in the order of their places", () => {
    const text = withStep("id: a", "action: transform", "if: 1 +", "with: { x: '{{ steps.a }}' }");
    expect(errorsOf(text).map((line) => line.split(": ")[0])).toEqual(["p.yaml:6:11", "p.yaml:7:20"]);
  });

  test("that changes only its comments and reasons is the same definition", () => {
    const plain = check(withStep("id: a", "action: transform")).pipeline;
    const talked = check(
      `why: because\n# more\n${withStep("id: a", "action: transform", "why: it must")}`,
    ).pipeline;
    const changed = check(withStep("id: a", "action: transform", "with: { x: 1 }")).pipeline;
    expect(plain?.hash).toMatch(/^[0-9a-f]{16}$/);
    expect(talked?.hash).toBe(plain?.hash);
    expect(changed?.hash).not.toBe(plain?.hash);
  });

  test("may name actions that there are no more where it is a former definition", () => {
    const text = withStep("id: a", "action: gone");
    expect(checkPipeline(text, "p.yaml", { actions, env: {}, isFormer: true }).problems).toEqual([]);
  });
});
