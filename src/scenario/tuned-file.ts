import { readFile } from "node:fs/promises";
import { z } from "zod";
import { DynoError, messageOf } from "../base/errors.ts";
import { checkSchema } from "../base/schema-problems.ts";
import { readYaml, type YamlFile } from "../base/yaml.ts";
import { formatProblems } from "./check-scenario.ts";
import { type Override, parsePath } from "./overrides.ts";

/** The version of tuned.yaml. It rises when a reader of the older one would misread the newer one. */
export const tunedFileVersion = 1;

/** What a tuned.yaml says, as far as it is applied and listed. */
export interface TunedFile {
  /** As the user named it. */
  readonly file: string;
  readonly scenario: {
    readonly name: string;
    /** The file that was tuned, and the SHA-256 of its text; absent where somebody wrote the settings by hand. */
    readonly file?: string;
    readonly digest?: string;
  };
  /** When the tuning began, in ISO 8601. */
  readonly tunedAt?: string;
  /** What was proven, in a sentence; absent where nothing was. */
  readonly claim?: string;
  /** In the order of the file; empty where the scenario's own settings hold. */
  readonly overrides: readonly Override[];
}

const value = z.union([z.number(), z.string(), z.boolean()], {
  error: "expected a number, a text, true or false",
});

// What people read and no command needs may say anything.
const schema = z.strictObject({
  schemaVersion: z.literal(tunedFileVersion),
  scenario: z.strictObject({
    name: z.string().min(1),
    file: z.string().optional(),
    digest: z.string().optional(),
  }),
  tunedAt: z.string().optional(),
  objective: z.string().optional(),
  settings: z.record(z.string(), value),
  was: z.record(z.string(), z.unknown()).optional(),
  proof: z.looseObject({ claim: z.string() }).optional(),
  seed: z.number().optional(),
  command: z.string().optional(),
  environment: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Reads a tuned.yaml; `file` is what messages call it. Throws a DynoError: `usage` where it cannot be read or a newer dyno
 * wrote it, `scenario` with every problem at its place.
 */
export async function readTunedConfig(path: string, file = path): Promise<TunedFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const why =
      (cause as NodeJS.ErrnoException).code === "ENOENT"
        ? `there is no file ${file}; dyno tune SCENARIO --apply writes a tuned.yaml`
        : `${file} cannot be read: ${messageOf(cause)}`;
    throw new DynoError("usage", why, { cause });
  }
  return parseTunedConfig(text, file);
}

/** Reads the text of a tuned.yaml; see `readTunedConfig`. */
export function parseTunedConfig(text: string, file: string): TunedFile {
  const yaml = readYaml(file, text, {});
  if (yaml.problems.length > 0) throw new DynoError("scenario", formatProblems(yaml.problems, text));
  refuseNewer(yaml);
  const checked = checkSchema(yaml, schema, () => z.toJSONSchema(schema));
  if (checked.problems !== undefined) throw new DynoError("scenario", formatProblems(checked.problems, text));
  const { scenario, tunedAt, proof, settings } = checked.value;
  const { name, ...tuned } = scenario;
  return {
    file,
    scenario: {
      name,
      ...(tuned.file === undefined ? {} : { file: tuned.file }),
      ...(tuned.digest === undefined ? {} : { digest: tuned.digest }),
    },
    ...(tunedAt === undefined ? {} : { tunedAt }),
    ...(proof === undefined ? {} : { claim: proof.claim }),
    overrides: Object.entries(settings).map(([key, set]) => overrideOf(yaml, key, set)),
  };
}

function refuseNewer({ file, value }: YamlFile): void {
  const version =
    typeof value === "object" && value !== null && "schemaVersion" in value ? value.schemaVersion : undefined;
  if (typeof version !== "number" || version <= tunedFileVersion) return;
  throw new DynoError(
    "usage",
    `a newer dyno wrote ${file} (schemaVersion is ${version}, and this one reads ${tunedFileVersion}); update dyno`,
  );
}

function overrideOf(yaml: YamlFile, key: string, value: Override["value"]): Override {
  const { line, column } = yaml.locate(["settings", key], "key");
  return {
    label: `--config ${yaml.file}:${line}:${column}: ${key}=${JSON.stringify(value)}`,
    path: parsePath(key),
    value,
  };
}
