import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { targetSchemas } from "../src/drive/target-schemas.ts";
import { parseResilience } from "../src/engine/resilience/read-resilience.ts";
import { checkScenario, formatProblems } from "../src/scenario/check-scenario.ts";
import { checkSuite, isSuite } from "../src/scenario/suite.ts";
import { scratchDir } from "./support/scratch-dir.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Snippet {
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of the README, each with the heading that it stands under. */
function readSnippets(): Snippet[] {
  const snippets: Snippet[] = [];
  let heading = "";
  for (const match of readFileSync(join(root, "README.md"), "utf8").matchAll(
    /^#+ (.+)$|^```(\w+)\n([\s\S]*?)^```$/gm,
  )) {
    const [, title, language, text] = match;
    if (title !== undefined) heading = title;
    if (language !== undefined && text !== undefined) snippets.push({ heading, language, text });
  }
  return snippets;
}

const snippets = readSnippets();
const ofLanguage = (wanted: string): Snippet[] => snippets.filter(({ language }) => language === wanted);

test("the README has snippets", () => {
  expect(ofLanguage("ts").length).toBeGreaterThan(0);
  expect(ofLanguage("yaml").length).toBeGreaterThan(0);
});

describe("a TypeScript snippet of the README", () => {
  test.each(ofLanguage("ts"))("runs as it stands and ends by itself: $heading", async ({ text }) => {
    const dir = await scratchDir();
    const file = join(dir, "snippet.mts");
    await writeFile(file, text.replaceAll('"ag06-dyno"', JSON.stringify(join(root, "dist/index.js"))));
    const run = promisify(execFile)(process.execPath, ["--import", import.meta.resolve("tsx"), file], {
      cwd: dir,
      env: { ...process.env, REDIS_URL: process.env.DYNO_TEST_REDIS_URL },
      timeout: 20_000,
    });
    await expect(run).resolves.toMatchObject({ stderr: "" });
  });

  test("has no type error", async () => {
    const dir = await scratchDir();
    const options = {
      ...{ module: "nodenext", target: "es2023", strict: true, noEmit: true, skipLibCheck: true },
      paths: { "ag06-dyno": [join(root, "dist/index.d.ts")] },
      typeRoots: [join(root, "node_modules/@types")],
      types: ["node"],
    };
    await writeFile(join(dir, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
    for (const [i, { text }] of ofLanguage("ts").entries()) await writeFile(join(dir, `${i}.mts`), text);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const checked = promisify(execFile)(process.execPath, [tsc, "-p", dir]);
    await expect(checked.catch((error: { stdout: string }) => error)).resolves.toMatchObject({ stdout: "" });
  });
});

describe("a scenario of the README", () => {
  const scenarios = ofLanguage("yaml").filter(({ text }) => text.includes("why:") && text.includes("load:"));
  test.each(scenarios)("is accepted: $heading", ({ text }) => {
    const { problems } = checkScenario(text, "readme.yaml", { targetSchemas, env: {} });
    expect(formatProblems(problems, text)).toBe("");
  });
});

describe("a suite of the README", () => {
  const suites = ofLanguage("yaml").filter(({ text }) => isSuite(text));
  test.each(suites)("is accepted: $heading", ({ text }) => {
    const { problems = [] } = checkSuite(text, "readme.yaml", {});
    expect(formatProblems(problems, text)).toBe("");
  });
});

describe("a resilience file of the README", () => {
  const files = ofLanguage("yaml").filter(({ text }) => text.includes("breakers:"));
  test.each(files)("is accepted: $heading", ({ text }) => {
    expect(parseResilience(text, "readme.yaml").policies.size).toBeGreaterThan(0);
  });
});

test("every file that the README links to is there", () => {
  const links = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/\]\(([^)#:]+)\)/g)].map(
    (m) => m[1] ?? "",
  );
  for (const link of links) expect(() => readFileSync(join(root, link))).not.toThrow();
});
