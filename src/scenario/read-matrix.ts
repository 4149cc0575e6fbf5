import { DynoError } from "../base/errors.ts";
import type { Report } from "../base/report.ts";
import type { Path, Problem } from "../base/yaml.ts";
import { type AxisSite, checkCells } from "./check-cells.ts";
import type { MatrixInput } from "./matrix-schema.ts";
import { type Override, parsePath } from "./overrides.ts";
import type { MatrixLevel, MatrixSpec } from "./scenario.ts";

/** More would take hours, and nobody could read the table. */
const mostCells = 256;
/** What a cell may change; the rest of a scenario says what is asked of all of them. */
const roots: readonly unknown[] = ["target", "load", "faults"];

/** What is known when a matrix is read: the scenario itself is right. */
export interface MatrixSources {
  readonly input: MatrixInput;
  /** Whether its load asks a question of its own: a capacity, or a sweep. */
  readonly isStudy: boolean;
  /** Everything that is wrong with the scenario where it has these settings. Throws as an override does. */
  problemsWith(overrides: readonly Override[]): readonly Problem[];
  readonly report: Report;
}

/**
 * The matrix of a file; undefined where something is wrong with it, which is reported. A value that works in no cell is
 * wrong; two that work, and not together, make a cell that cannot be, which is no mistake of the file.
 */
export function readMatrix({ input, isStudy, problemsWith, report }: MatrixSources): MatrixSpec | undefined {
  let isRight = true;
  const refuse: Report = (finding) => {
    isRight = false;
    report(finding);
  };
  if (isStudy) {
    const message =
      "load asks a question of its own, which has one answer for one target; leave one of the two out";
    refuse({ path: ["matrix"], part: "key", message });
  }
  const axes = readAxes(input);
  checkAxes(axes, refuse);
  if (isRight) checkPlaces(axes, problemsWith, refuse);
  if (isRight) checkCells(axes, problemsWith, refuse);
  if (!isRight) return undefined;
  return { axes: axes.map(({ name, levels }) => ({ name, levels })), rounds: input.rounds };
}

function readAxes({ rounds: _, ...input }: MatrixInput): readonly AxisSite[] {
  const written = Object.entries(input).map(([key, axis]) =>
    Array.isArray(axis)
      ? { key, path: parsePath(key), values: axis, valuesAt: ["matrix", key], name: shortName(key) }
      : {
          key,
          path: parsePath(axis.path),
          values: axis.values,
          valuesAt: ["matrix", key, "values"],
          name: key,
        },
  );
  const isAlone = (name: string): boolean => written.filter((one) => one.name === name).length === 1;
  return written.map(({ values, ...axis }) => ({
    ...axis,
    name: isAlone(axis.name) ? axis.name : axis.key,
    levels: values.map((value) => levelOf(axis.path, value)),
  }));
}

/** The last part of a path, unless that is a mere number. */
function shortName(key: string): string {
  const last = key.split(".").at(-1) ?? key;
  return /^\d*$/.test(last) ? key : last;
}

function levelOf(path: Path, value: unknown): MatrixLevel {
  // An empty text would leave a hole in every table.
  const text = typeof value === "string" && value !== "" ? value : JSON.stringify(value);
  return { text, overrides: [{ label: `matrix ${path.join(".")}=${text}`, path, value }] };
}

function checkAxes(axes: readonly AxisSite[], refuse: Report): void {
  if (axes.length === 0) {
    const message = "cross one setting at least, such as target.payload: [100B, 4KB]";
    refuse({ path: ["matrix"], part: "key", message });
  }
  for (const [i, axis] of axes.entries()) {
    checkPath(axis, axes.slice(0, i), refuse);
    const texts = axis.levels.map(({ text }) => text);
    const twice = texts.findIndex((text, level) => texts.indexOf(text) < level);
    if (twice >= 0) refuse({ path: [...axis.valuesAt, twice], message: `${texts[twice]} is there twice` });
  }
  const count = axes.reduce((product, { levels }) => product * levels.length, 1);
  if (count <= mostCells) return;
  const sizes = axes.map(({ levels }) => levels.length).join(" x ");
  const message = `${sizes} are ${count} cells, and ${mostCells} is the most; leave values out, or make two scenarios`;
  refuse({ path: ["matrix"], part: "key", message });
}

function checkPath({ key, path, valuesAt }: AxisSite, before: readonly AxisSite[], refuse: Report): void {
  const at =
    valuesAt.length > 2 ? { path: ["matrix", key, "path"] } : { path: valuesAt, part: "key" as const };
  if (!roots.includes(path[0]) || path.length < 2) {
    const message = `${path.join(".")} cannot be crossed, only settings of target, load and faults`;
    return refuse({ ...at, message, hint: "give its path, such as target.payload or load.0.rate" });
  }
  const other = before.find((one) => overlaps(one.path, path));
  if (other === undefined) return;
  refuse({ ...at, message: `${other.key} and ${key} change the same setting, ${path.join(".")}` });
}

function overlaps(one: Path, other: Path): boolean {
  const [a, b] = [`${one.join(".")}.`, `${other.join(".")}.`];
  return a.startsWith(b) || b.startsWith(a);
}

/** Whether there is such a place at all: a list on the way may be too short. */
function checkPlaces(
  axes: readonly AxisSite[],
  problemsWith: MatrixSources["problemsWith"],
  refuse: Report,
): void {
  for (const { levels, valuesAt } of axes) {
    const [first] = levels.flatMap(({ overrides }) => overrides);
    if (first === undefined) continue;
    try {
      problemsWith([first]);
    } catch (error) {
      if (!(error instanceof DynoError)) throw error;
      const message = error.message.replace(`${first.label}: `, "");
      refuse({ path: valuesAt.slice(0, 2), part: "key", message });
    }
  }
}
