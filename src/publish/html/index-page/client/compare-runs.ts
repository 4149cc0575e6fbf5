import type { IndexData, PageFigure, PageMetric, PageRun } from "../page-data.ts";

// These functions also run in the page, where only what this file names and what they are given is known.

/** One metric of two runs. */
export interface ComparedMetric {
  readonly metric: PageMetric;
  readonly a?: PageFigure;
  readonly b?: PageFigure;
  /** B by A; absent where one of them was not measured, or A is 0. */
  readonly ratio?: number;
  /** Whether the intervals of the two leave no value in common; absent where one of them has none. */
  readonly isApart?: boolean;
}

/** Two runs held against each other. */
export interface ComparedRuns {
  readonly metrics: readonly ComparedMetric[];
  /** Why the figures must not be set against each other at all, one sentence each. */
  readonly hindrances: readonly string[];
  /** What the difference can be beside the code. */
  readonly caution: string;
  /** What they stood on: those that differ first. */
  readonly facts: readonly ComparedFact[];
}

/** One fact of what two runs stood on; a dash where it is not known. */
export interface ComparedFact {
  readonly name: string;
  readonly a: string;
  readonly b: string;
}

/** Holds B against A. */
export function compareRuns(data: IndexData, a: PageRun, b: PageRun): ComparedRuns {
  return {
    metrics: comparedMetrics(data, a, b),
    hindrances: hindrancesOf(data, a, b),
    caution: cautionOf(data, a, b),
    facts: comparedFacts(data, a, b),
  };
}

/** The metrics of the main phase of A first, then what only B has. */
function comparedMetrics(data: IndexData, a: PageRun, b: PageRun): readonly ComparedMetric[] {
  const places = [...new Set([...a.figures, ...b.figures].map(([place]) => place))];
  const rank = (place: number): number => (data.metrics[place]?.phase === a.phase ? 0 : 1);
  return places
    .sort((one, other) => rank(one) - rank(other))
    .flatMap((place) => {
      const metric = data.metrics[place];
      const of = ({ figures }: PageRun): PageFigure | undefined => figures.find(([at]) => at === place);
      return metric === undefined ? [] : [comparedMetric(metric, of(a), of(b))];
    });
}

function comparedMetric(metric: PageMetric, a?: PageFigure, b?: PageFigure): ComparedMetric {
  if (a === undefined || b === undefined)
    return { metric, ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) };
  const [, valueA, lowA, highA] = a;
  const [, valueB, lowB, highB] = b;
  const ratio = valueB / valueA;
  const known = lowA !== null && highA !== null && lowB !== null && highB !== null;
  return {
    metric,
    a,
    b,
    ...(Number.isFinite(ratio) ? { ratio } : {}),
    ...(known ? { isApart: lowA > highB || lowB > highA } : {}),
  };
}

function hindrancesOf(data: IndexData, a: PageRun, b: PageRun): readonly string[] {
  const found: string[] = [];
  if (a.scenario !== b.scenario) found.push(`Not comparable: A is ${a.scenario}, and B is ${b.scenario}.`);
  if ((a.kind === "run") !== (b.kind === "run"))
    found.push("Not comparable: a run alone and one that took turns with another are measured differently.");
  [a, b].forEach(({ isSound, outcome }, i) => {
    if (!isSound) found.push(`${"AB"[i]} is ${outcome.toLowerCase()}: its figures prove nothing.`);
  });
  const differing = machineDifferences(data, a, b);
  if (differing.length > 0) found.push(`Not comparable: the machines differ (${differing.join("; ")}).`);
  return found;
}

/** One text each: `CPU model: was X, here Y`. */
function machineDifferences({ machines }: IndexData, a: PageRun, b: PageRun): readonly string[] {
  const was = machines[a.machine];
  const here = machines[b.machine];
  if (was === undefined || here === undefined || was.class === here.class) return [];
  return Object.keys({ ...was.fields, ...here.fields })
    .filter((name) => was.fields[name] !== here.fields[name])
    .map(
      (name) => `${name}: was ${was.fields[name] ?? "not known"}, here ${here.fields[name] ?? "not known"}`,
    );
}

function cautionOf(data: IndexData, a: PageRun, b: PageRun): string {
  if (a.id.split("#")[0] === b.id.split("#")[0])
    return "Both come from one command, and not from one another's pairs.";
  const noise = noiseOf(data, a);
  const size =
    noise === undefined
      ? "how much of a difference is the machine is not known"
      : `differences of ${Math.max(1, Math.round(noise * 100))} % in p50 can be the machine, since runs of one commit in this list differ by as much`;
  return `Two runs at different times: ${size}; dyno ab takes turns, and decides.`;
}

/**
 * How much the p50 of sound runs that follow one another with the same code, scenario and machine differs at most, as a share;
 * undefined where fewer than two such pairs are in the list.
 */
export function noiseOf({ runs, machines, metrics }: IndexData, like: PageRun): number | undefined {
  const alike = runs.filter(
    ({ kind, scenario, machine, isSound }) =>
      kind === "run" &&
      isSound &&
      scenario === like.scenario &&
      machines[machine]?.class === machines[like.machine]?.class,
  );
  const p50 = ({ figures }: PageRun): number =>
    figures.find(
      ([place]) => metrics[place]?.metric === "p50" && metrics[place]?.phase === like.phase,
    )?.[1] ?? 0;
  const steps = alike.flatMap((run, i) => {
    const next = alike[i + 1];
    const isSame = next?.revision === run.revision && run.revision !== "" && !run.revision.includes("+");
    if (next === undefined || !isSame || p50(run) <= 0 || p50(next) <= 0) return [];
    return [Math.abs(Math.log(p50(run) / p50(next)))];
  });
  return steps.length < 2 ? undefined : Math.expm1(Math.max(...steps));
}

function comparedFacts({ machines }: IndexData, a: PageRun, b: PageRun): readonly ComparedFact[] {
  const was = new Map(machines[a.machine]?.facts);
  const here = new Map(machines[b.machine]?.facts);
  const facts = [...new Set([...was.keys(), ...here.keys()])].map((name) => ({
    name,
    a: was.get(name) ?? "–",
    b: here.get(name) ?? "–",
  }));
  return [...facts.filter(({ a, b }) => a !== b), ...facts.filter(({ a, b }) => a === b)];
}

/** The source of `compareRuns` and what it stands on, for the page. */
export function compareSource(): string {
  return [
    compareRuns,
    comparedMetrics,
    comparedMetric,
    hindrancesOf,
    machineDifferences,
    cautionOf,
    noiseOf,
    comparedFacts,
  ].join("\n");
}
