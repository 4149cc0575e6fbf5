import type { Comparison, ComparisonResult, MetricComparison } from "../../measure/comparison.ts";
import {
  comparisonTitle,
  confidenceText,
  countOfPairs,
  describeChange,
  effortSentence,
  marginText,
  metricName,
  sidesText,
  valueText,
} from "../../measure/comparison-wording.ts";
import type { CheckResult, Verdict } from "../../measure/result.ts";
import { environmentFacts } from "../environment-facts.ts";
import { decidingChecks, failsByDoubt, isBroken, judgedMetrics } from "./verdicts.ts";
import { element, xmlText } from "./xml.ts";

/** A test case as CI systems count it. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly line?: number;
  readonly status: "passed" | "failure" | "error" | "skipped";
  readonly type?: string;
  readonly message?: string;
  /** The figures. */
  readonly output: readonly string[];
}

const statuses = { pass: "passed", fail: "failure", inconclusive: "skipped" } as const;

interface Suite {
  readonly name: string;
  readonly seconds: number;
  readonly properties: readonly (readonly [string, string])[];
  readonly cases: readonly Case[];
}

/**
 * junit.xml: a suite is a scenario; a case is its measurement, a judged metric, a target, or a check. Inconclusive is
 * `skipped`; what could not be measured is an `error`.
 */
export function renderJunit(result: ComparisonResult): string {
  const facts = environmentFacts(result.environment);
  const suites = result.comparisons.map((comparison) => suiteOf(result, comparison, facts));
  const all = suites.length > 0 ? suites : [wholeSuite(result, facts)];
  const attributes = { name: `dyno ${result.name}`, ...countsOf(all.flatMap(({ cases }) => cases)) };
  const time = (result.durationMs / 1000).toFixed(3);
  const children = all.map((suite) => suiteXml(suite, result.startedAt));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", { ...attributes, time }, ["\n", ...children])}\n`;
}

function suiteOf(result: ComparisonResult, comparison: Comparison, facts: Suite["properties"]): Suite {
  const { scenario, verdicts, outcome, tookMs } = comparison;
  const metrics = judgedMetrics(comparison).map((metric) => metricCase(metric, scenario.file));
  const targets = verdicts.map((verdict) => targetCase(verdict, scenario.file));
  const figures = [...metrics, ...targets].map((one) =>
    isBroken(outcome) ? { ...one, status: "skipped" as const, message: comparison.reason } : one,
  );
  const checks = decidingChecks(comparison).map((check) => checkCase(check, scenario.file));
  const others = [...figures, ...checks];
  return {
    name: comparisonTitle(result, comparison),
    seconds: tookMs / 1000,
    properties: [
      ["base", comparison.base.description],
      ["candidate", comparison.candidate.description],
      ["seed", String(comparison.seed)],
      ...facts,
    ],
    cases: [measurementCase(result, comparison, others), ...others],
  };
}

/** Nothing was compared: the one case is that. */
function wholeSuite(
  { name, outcome, reason, durationMs, command }: ComparisonResult,
  facts: Suite["properties"],
): Suite {
  const broken = outcome !== "pass";
  const one: Case = {
    name: "measurement",
    file: name,
    status: broken ? "error" : "passed",
    ...(broken ? { type: outcome, message: reason } : {}),
    output: [command],
  };
  return { name, seconds: durationMs / 1000, properties: facts, cases: [one] };
}

/** Whether it could be measured; it also bears an outcome that none of the other cases has, such as a candidate that crashed. */
function measurementCase(result: ComparisonResult, comparison: Comparison, others: readonly Case[]): Case {
  const { outcome, reason, invalid, warnings, scenario } = comparison;
  const isDoubt = outcome === "inconclusive" && failsByDoubt(result);
  const status = isBroken(outcome) ? "error" : isDoubt ? "failure" : statuses[outcome];
  const isTold = others.some((one) => one.status === status);
  return {
    name: "measurement",
    file: scenario.file,
    ...(isTold ? { status: "passed" } : { status, type: outcome, message: reason }),
    output: [sidesText(comparison), effortSentence(comparison), ...invalid, ...warnings],
  };
}

function metricCase(metric: MetricComparison, file: string): Case {
  const { outcome = "pass", sentence, base, candidate, margin, pairs } = metric;
  const { change, interval } = describeChange(metric);
  return {
    name: metricName(metric),
    file,
    status: statuses[outcome],
    type: "regression",
    message: sentence,
    output: [
      sentence,
      `${valueText(metric, base)} → ${valueText(metric, candidate)}: ${change} ${interval} at ${confidenceText(metric)}, margin ${marginText(metric, margin)}, ${countOfPairs(pairs)}`,
    ],
  };
}

function targetCase({ outcome, rule, sentence, line }: Verdict, file: string): Case {
  return {
    name: `target ${rule}`,
    file,
    line,
    status: statuses[outcome],
    type: "target",
    message: sentence,
    output: [sentence],
  };
}

function checkCase({ name, ok, detail }: CheckResult, file: string): Case {
  return {
    name: `check ${name}`,
    file,
    status: ok ? "passed" : "failure",
    type: "check",
    message: detail,
    output: [detail],
  };
}

function countsOf(cases: readonly Case[]) {
  const count = (status: Case["status"]): number => cases.filter((one) => one.status === status).length;
  return {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
  };
}

function suiteXml({ name, seconds, properties, cases }: Suite, startedAt: string): string {
  const facts = properties.map(([key, value]) => element("property", { name: key, value }));
  const attributes = {
    name,
    ...countsOf(cases),
    time: seconds.toFixed(3),
    timestamp: startedAt.slice(0, 19),
  };
  const children = [element("properties", {}, facts), ...cases.map((one) => caseXml(one, name))];
  return `${element(
    "testsuite",
    attributes,
    children.map((child) => `\n${child}`),
  )}\n`;
}

function caseXml({ name, file, line, status, type, message, output }: Case, classname: string): string {
  const told = status === "skipped" ? { message } : { message, type };
  const verdict = status === "passed" ? [] : [element(status, told)];
  return element("testcase", { classname, name, file, line, time: 0 }, [
    ...verdict,
    element("system-out", {}, [xmlText(output.join("\n"))]),
  ]);
}
