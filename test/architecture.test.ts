import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** A room may import itself and the rooms named behind it. The longest matching folder is a file's room. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  stats: ["base"],
  measure: ["stats", "base"],
  scenario: ["measure", "stats", "base"],
  engine: ["base"],
  drive: ["scenario", "measure", "stats", "base"],
  "drive/services": ["base"],
  "drive/revisions": ["base"],
  "drive/faults": ["drive", "drive/services", "scenario", "measure", "base"],
  "drive/targets": [
    "drive",
    "drive/faults",
    "drive/services",
    "engine",
    "scenario",
    "measure",
    "stats",
    "base",
  ],
  judge: ["drive", "scenario", "measure", "stats", "base"],
  tune: ["judge", "drive", "scenario", "measure", "stats", "base"],
  study: ["judge", "drive", "scenario", "measure", "stats", "base"],
  publish: ["drive", "scenario", "measure", "stats", "base"],
  serve: ["publish", "judge", "drive", "scenario", "measure", "stats", "base"],
  cli: [
    "serve",
    "study",
    "tune",
    "publish",
    "judge",
    "drive",
    "drive/targets",
    "drive/services",
    "drive/revisions",
    "drive/faults",
    "drive/revisions",
    "engine",
    "scenario",
    "measure",
    "stats",
    "base",
  ],
};

/** Tables that name adapters: one line in them adds one. */
const tables: Readonly<Record<string, readonly string[]>> = {
  "drive/open-target.ts": ["drive/targets"],
  "drive/target-schemas.ts": ["drive/targets"],
  "drive/run.ts": ["drive/services", "drive/faults"],
  "drive/trial-server.ts": ["drive/services"],
  "drive/conduct-trial.ts": ["drive/faults"],
  "drive/twin/pair-bench.ts": ["drive/services"],
  "drive/twin/turn-servers.ts": ["drive/services"],
};

/** In these folders no file imports another adapter: only files that share its first word (`redis`, `redis-script`). */
const adapterFolders = ["engine/stores", "drive/targets"];

/** Where a package may be imported; everything else goes through its owner. */
const owners: Readonly<Record<string, readonly string[]>> = {
  ioredis: ["engine/stores/", "drive/services/"],
  yaml: ["base/yaml"],
  zod: [
    "base/unit-schema.ts",
    "base/schema-problems.ts",
    "scenario/",
    "drive/targets/",
    "drive/target-schemas.ts",
    "judge/baselines/",
    "judge/history/",
    "tune/journal/",
    "engine/pipeline/",
    "engine/resilience/breaker-shape.ts",
    "engine/resilience/resilience-schema.ts",
  ],
  "@marcbachmann/cel-js": ["base/expression.ts"],
  "hdr-histogram-js": ["stats/histogram.ts"],
  commander: ["cli/"],
  "log-update": ["publish/terminal/"],
  "cli-table3": ["publish/terminal/", "cli/"],
  picocolors: ["publish/terminal/", "cli/"],
  "d3-scale": ["publish/html/"],
  "d3-shape": ["publish/html/"],
  "prom-client": ["publish/", "engine/observe/"],
  pino: ["engine/observe/"],
  autocannon: ["drive/targets/"],
  tinybench: ["drive/targets/"],
  tsx: ["drive/targets/"],
  "csv-parse": ["drive/http/"],
  fastify: ["serve/"],
  "@fastify/static": ["serve/"],
  "@fastify/websocket": ["serve/"],
  "@opentelemetry/api": ["engine/observe/tracing.ts"],
};

const src = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }));

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import\()\s*"([^"]+)"|^import\s+"([^"]+)"/gm)].map(
    (m) => m[1] ?? m[2] ?? "",
  );
}

function roomOf(file: string): string | undefined {
  return Object.keys(rooms)
    .filter((room) => file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

const edges = files.flatMap(({ file, text }) =>
  importsOf(text).map((name) =>
    name.startsWith(".")
      ? { file, local: relative(src, resolve(src, dirname(file), name)) }
      : {
          file,
          pack: name
            .split("/")
            .slice(0, name.startsWith("@") ? 2 : 1)
            .join("/"),
        },
  ),
);

test("the source is scanned", () => {
  expect(files.length).toBeGreaterThan(30);
  expect(edges.length).toBeGreaterThan(100);
});

test("imports only point down", () => {
  const wrong = edges.filter(({ file, local }) => {
    if (local === undefined || !file.includes("/")) return false;
    const from = roomOf(file);
    const to = roomOf(local);
    if (from === undefined || to === undefined) return true;
    return from !== to && !rooms[from]?.includes(to) && !tables[file]?.includes(to);
  });
  expect(wrong).toEqual([]);
});

test("no file imports itself by way of others, not even for types", () => {
  const localImports = (path: string): string[] =>
    edges.flatMap(({ file, local }) => (file === path && local !== undefined ? [local] : []));
  const reaches = (from: string, seen: Set<string>): Set<string> => {
    for (const next of localImports(from)) {
      if (seen.has(next)) continue;
      seen.add(next);
      reaches(next, seen);
    }
    return seen;
  };
  expect(files.map(({ file }) => file).filter((file) => reaches(file, new Set()).has(file))).toEqual([]);
});

test("adapters never import a neighbour", () => {
  const wrong = edges.filter(({ file, local }) =>
    adapterFolders.some((folder) => {
      if (local === undefined || dirname(file) !== folder || dirname(local) !== folder) return false;
      const family = (path: string): string => path.slice(folder.length + 1).split(/[-.]/)[0] ?? "";
      return family(file) !== family(local) && !file.includes("open-");
    }),
  );
  expect(wrong).toEqual([]);
});

test("each package is imported only by its owner", () => {
  const wrong = edges.filter(({ file, pack }) => {
    if (pack === undefined || pack.startsWith("node:")) return false;
    return !owners[pack]?.some((owner) => file.startsWith(owner));
  });
  expect(wrong).toEqual([]);
});

test("every export is documented", () => {
  const bare = files.flatMap(({ file, text }) =>
    [...text.matchAll(/^(?:.*\n)?export (?!type \{|\{)(?:async |abstract )?\w+\*? (\w+)/gm)]
      .filter(({ index, 0: found }) => !/\*\/\s*$/.test(text.slice(0, index + found.lastIndexOf("export "))))
      .map((m) => `${file}: ${m[1]}`),
  );
  expect(bare).toEqual([]);
});
