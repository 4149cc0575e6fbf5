import { formatCount } from "../../../base/units.ts";
import type { MetricUnit } from "../../../measure/result.ts";
import type { EntryMetric, EntryOutcome, ListedFolder, RunEntry } from "../../../measure/run-entry.ts";
import { metricTitle } from "../../metric-title.ts";
import type { Look } from "../icons.ts";
import { entryLook, entryLooks } from "./looks.ts";

/** A metric of the page: runs name it by its place in the list. */
export interface PageMetric {
  readonly metric: string;
  readonly title: string;
  /** Empty for metrics of the whole process. */
  readonly phase: string;
  readonly unit: MetricUnit;
}

/** What runs stood on; runs of one machine share it. */
export interface PageMachine {
  readonly class: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** A value in its base unit, the ends of its interval (null: it has none), its change against its own base in words, and the interval of that. */
export type PageFigure = readonly [
  metric: number,
  value: number,
  low: number | null,
  high: number | null,
  change: string,
  changeInterval: string,
];

/** A run as the script knows it. Texts that are missing are empty. */
export interface PageRun {
  /** The folder, with the place in its report: `20261124-110500-gate#s2`. */
  readonly id: string;
  readonly href: string;
  readonly kind: RunEntry["kind"];
  readonly scenario: string;
  readonly variant: string;
  readonly branch: string;
  /** With ` + changes` where the tree was not clean. */
  readonly revision: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly tookMs: number;
  readonly outcome: string;
  readonly look: Look["className"];
  /** The place of its icon among all looks. */
  readonly icon: number;
  /** Whether its figures can be believed. */
  readonly isSound: boolean;
  readonly reason: string;
  readonly phase: string;
  readonly figures: readonly PageFigure[];
  readonly course?: RunEntry["course"];
  /** Its place in the list of machines. */
  readonly machine: number;
}

/** What the script of the index works with. */
export interface IndexData {
  readonly metrics: readonly PageMetric[];
  readonly machines: readonly PageMachine[];
  /** Newest first. */
  readonly runs: readonly PageRun[];
}

const unsound: readonly EntryOutcome[] = ["invalid", "setup_failed", "interrupted"];

/** Lays entries out for the page: newest first, what many runs share only once. */
export function indexData(folders: readonly ListedFolder[]): IndexData {
  const metrics = sharedList<PageMetric>();
  const machines = sharedList<PageMachine>();
  const runs = folders
    .flatMap(({ folder, entries }) => entries.map((entry) => ({ folder, entry })))
    .toSorted((a, b) => order(b.entry.startedAt, a.entry.startedAt) || order(b.folder, a.folder))
    .map(({ folder, entry }): PageRun => {
      const { kind, scenario, variant = "", branch = "", reason, course, mainPhase = "" } = entry;
      const { className, word } = entryLook(entry);
      const facts = entry.facts.filter(([name]) => name !== "Commit");
      return {
        id: `${folder}${entry.anchor}`,
        href: `${folder.split("/").map(encodeURIComponent).join("/")}/report.html${entry.anchor}`,
        kind,
        scenario,
        variant,
        branch,
        revision: entry.revision === undefined ? "" : `${entry.revision}${entry.dirty ? " + changes" : ""}`,
        at: entry.startedAt,
        tookMs: Math.round(entry.durationMs),
        outcome: word,
        look: className,
        icon: entryLooks.findIndex((look) => look.word === word),
        isSound: !unsound.includes(entry.outcome),
        reason,
        phase: mainPhase,
        figures: entry.metrics.map((metric) => figureOf(metric, metrics.placeOf)),
        ...(course === undefined ? {} : { course }),
        machine: machines.placeOf({ ...entry.machine, facts }),
      };
    });
  return { metrics: metrics.items, machines: machines.items, runs };
}

function figureOf(
  { metric, phase = "", unit, value, interval, change }: EntryMetric,
  placeOf: (metric: PageMetric) => number,
): PageFigure {
  const [low, high] = interval ?? [];
  const place = placeOf({ metric, title: metricTitle(metric), phase, unit });
  return [
    place,
    short(value),
    low === undefined ? null : short(low),
    high === undefined ? null : short(high),
    change?.change ?? "",
    change?.interval ?? "",
  ];
}

/** Four significant digits: one more than is shown. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A list in which what is equal stands once. */
function sharedList<Item>() {
  const items: Item[] = [];
  const places = new Map<string, number>();
  return {
    items,
    placeOf: (item: Item): number => {
      const key = JSON.stringify(item);
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, items.length);
      return items.push(item) - 1;
    },
  };
}

/** `1 run`, `1 204 runs`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
