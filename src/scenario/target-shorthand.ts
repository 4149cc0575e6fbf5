import type { Path, Problem, YamlFile } from "../base/yaml.ts";
import type { Override } from "./overrides.ts";

/** The kinds of targets, and the setting of each that its name alone can give. */
export type Shorthands = Readonly<Record<string, { readonly shorthand?: string }>>;

/** A file whose target is written out in full, and how what is said of it is to be read. */
export interface WrittenOut {
  /** Its value has the target with its `kind`; places still are those of the file. */
  readonly yaml: YamlFile;
  /** An override that may use the short form, as one of the full form. */
  override(given: Override): Override;
}

/**
 * Writes out a target in its short form: `target: { http: URL }` is `target: { kind: http, url: URL }`, where `http` is the
 * name of a kind that has such a setting; below it there may be all settings as well: `target: { http: { url: URL } }`.
 */
export function writeOutTarget(yaml: YamlFile, targets: Shorthands): WrittenOut {
  const root = yaml.value;
  const short = isMapping(root) ? shortFormOf(root.target, targets) : undefined;
  const override = (given: Override): Override => expandOverride(given, short, targets);
  if (!isMapping(root) || short === undefined) return { yaml, override };
  const twice = Object.keys(short.settings).find((key) => Object.hasOwn(short.beside, key));
  const problem: Problem[] = twice === undefined ? [] : [givenTwice(yaml, short, twice)];
  return {
    yaml: {
      ...yaml,
      value: { ...root, target: fullFormOf(short) },
      problems: [...yaml.problems, ...problem],
      locate: (path, part) =>
        isKind(path) ? yaml.locate(["target", short.kind], "key") : yaml.locate(placeOf(path, short), part),
      locateInText: (path, offset, length) => yaml.locateInText(placeOf(path, short), offset, length),
    },
    override,
  };
}

interface ShortForm {
  readonly kind: string;
  /** The setting that the kind's name stands for. */
  readonly setting: string;
  /** Whether all settings stand below the kind's name. */
  readonly isNested: boolean;
  /** What stands below the kind's name. */
  readonly settings: Mapping;
  readonly beside: Mapping;
}

type Mapping = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shortFormOf(target: unknown, targets: Shorthands): ShortForm | undefined {
  if (!isMapping(target) || Object.hasOwn(target, "kind")) return undefined;
  for (const [kind, value] of Object.entries(target)) {
    const setting = Object.hasOwn(targets, kind) ? targets[kind]?.shorthand : undefined;
    if (setting === undefined) continue;
    const { [kind]: _, ...beside } = target;
    const isNested = isMapping(value);
    const settings = isNested ? value : value === null ? {} : { [setting]: value };
    return { kind, setting, isNested, settings, beside };
  }
  return undefined;
}

function fullFormOf({ kind, settings, beside }: ShortForm): Mapping {
  return { kind, ...settings, ...beside };
}

function givenTwice(yaml: YamlFile, { kind }: ShortForm, key: string): Problem {
  return {
    file: yaml.file,
    place: yaml.locate(["target", key], "key"),
    path: `target.${key}`,
    message: `is given twice: here, and by ${kind}; take one of them out`,
  };
}

function isKind(path: Path): boolean {
  return path.length === 2 && path[0] === "target" && path[1] === "kind";
}

/** Where a setting of the full form stands in the file. */
function placeOf(path: Path, { kind, setting, isNested, settings }: ShortForm): Path {
  const [room, key, ...rest] = path;
  if (room !== "target" || key === undefined) return path;
  if (isNested) return Object.hasOwn(settings, key) ? ["target", kind, key, ...rest] : path;
  return key === setting ? ["target", kind, ...rest] : path;
}

function expandOverride(given: Override, short: ShortForm | undefined, targets: Shorthands): Override {
  const [room, key, ...rest] = given.path;
  if (room !== "target") return given;
  if (key === undefined) {
    const whole = shortFormOf(given.value, targets);
    return whole === undefined ? given : { ...given, value: fullFormOf(whole) };
  }
  if (short === undefined || key !== short.kind) return given;
  return { ...given, path: ["target", ...(rest.length === 0 ? [short.setting] : rest)] };
}

/** A branch of the JSON Schema of targets. */
interface TargetBranch {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** The JSON Schemas of the short forms, from those of the full ones. */
export function shortFormSchemas(full: readonly unknown[], targets: Shorthands): readonly object[] {
  return (full as readonly TargetBranch[]).flatMap((branch) => {
    const { kind, ...settings } = branch.properties;
    const name = (kind as { readonly const?: string } | undefined)?.const ?? "";
    const shorthand = targets[name]?.shorthand;
    if (shorthand === undefined) return [];
    const { [shorthand]: setting, ...beside } = settings;
    const below = { type: "object", properties: settings, additionalProperties: false };
    const given = { anyOf: [setting, below, { type: "null" }] };
    return [{ ...branch, properties: { [name]: given, ...beside }, required: [name] }];
  });
}
