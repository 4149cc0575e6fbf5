import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadModule, moduleProblems, parseReference } from "../../../src/drive/targets/function-module.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await scratchDir();
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

/** What keeps a function from being had. */
async function problemWith(reference: string, files: Readonly<Record<string, string>>): Promise<string> {
  const { path, name } = parseReference(reference);
  try {
    (await loadModule(path, await folderOf(files))).readFunction(name);
    return "";
  } catch (error) {
    expect(error).toMatchObject({ name: "DynoError", code: "setup" });
    return (error as Error).message;
  }
}

const parse = "export const parse = (text) => text.length;\nexport const count = 3;\n";

describe("a module", () => {
  test.each([
    ["./parse.mjs#parse", "parse.mjs", parse],
    ["parse.mjs", "parse.mjs", "export default () => 1;\n"],
    ["./parse.cjs", "parse.cjs", "module.exports = () => 1;\n"],
    ["./parse.cjs#parse", "parse.cjs", "exports.parse = () => 1;\n"],
    ["./parse.cjs", "parse.cjs", "exports.__esModule = true;\nexports.default = () => 1;\n"],
  ])("gives the function %s of %s", async (reference, file, text) => {
    const { path, name } = parseReference(reference);
    const module = await loadModule(path, await folderOf({ [file]: text }));
    expect(module.readFunction(name)("a")).toBe(1);
  });

  test.each([
    [
      "the file is not there",
      "./prase.mjs#parse",
      parse,
      /^there is no module \.\/prase\.mjs; did you mean parse\.mjs\?$/,
    ],
    [
      "its folder is not there",
      "./a/b.mjs#c",
      parse,
      /^there is no module \.\/a\/b\.mjs; it was looked for at \/.*\/a\/b\.mjs$/,
    ],
    [
      "the export is not there",
      "./parse.mjs#prase",
      parse,
      /^\.\/parse\.mjs has no export prase \(did you mean parse\?\); it exports count, parse$/,
    ],
    [
      "there is no default export",
      "./parse.mjs",
      parse,
      /^\.\/parse\.mjs has no default export; it exports count, parse$/,
    ],
    ["it exports nothing", "./parse.mjs", "const a = 1;", /has no default export; it exports nothing$/],
    [
      "it is no function",
      "./parse.mjs#count",
      parse,
      /^the export count of \.\/parse\.mjs is a number, and a function is needed$/,
    ],
    [
      "it throws",
      "./parse.mjs#parse",
      "const a = 1;\nnull.b;",
      /^\.\/parse\.mjs cannot be loaded: TypeError: Cannot read .* \(at .*parse\.mjs:2:\d+\)$/,
    ],
    [
      "it is no JavaScript",
      "./parse.mjs#parse",
      "export const = 3;",
      /^\.\/parse\.mjs cannot be loaded: \w+Error: [^\n]+$/,
    ],
    [
      "what it imports is not there",
      "./parse.mjs#parse",
      'import "./other.mjs";',
      /^\.\/parse\.mjs cannot be loaded: Error: Cannot find module [^\n]+$/,
    ],
  ])("says what is wrong where %s", async (_, reference, text, message) => {
    expect(await problemWith(reference, { "parse.mjs": text })).toMatch(message);
  });

  test("is looked for when a scenario is read", async () => {
    const dir = await folderOf({ "parse.mjs": parse });
    expect(await moduleProblems({ module: "./parse.mjs#count" }, dir)).toEqual([]);
    expect(await moduleProblems({ module: "./prase.mjs#parse" }, dir)).toEqual([
      { path: ["module"], message: "there is no module ./prase.mjs; did you mean parse.mjs?" },
    ]);
  });
});
