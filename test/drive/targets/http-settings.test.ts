import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { lint } from "../../../src/cli/commands/lint.ts";
import { targetSchemas } from "../../../src/drive/target-schemas.ts";
import { checkScenario } from "../../../src/scenario/check-scenario.ts";
import { parseOverride } from "../../../src/scenario/overrides.ts";
import { readScenario } from "../../../src/scenario/read-scenario.ts";
import { scenarioJsonSchema } from "../../../src/scenario/schema.ts";
import { memoryIo } from "../../support/memory-io.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const scenario = (target: string): string =>
  `why: A test.\ntarget:\n${target}\nload: [{ phase: p, shape: constant-rate, rate: 1/s, for: 1s }]\n`;

function check(target: string, overrides: readonly string[] = []) {
  return checkScenario(scenario(target), "s.yaml", {
    targetSchemas,
    env: { HOST: "127.0.0.1:8080" },
    overrides: overrides.map((text) => parseOverride(text)),
  });
}

const valid = new Ajv2020({ strict: false }).compile(scenarioJsonSchema(targetSchemas));

const whole = `  http: http://\${HOST}/users
  order: mix
  data: { users: users.csv }
  headers: { authorization: "Bearer {{users.token}}" }
  requests:
    - { path: "/users/{{users.id}}", weight: 3, expect: { status: [200, 404], contains: id } }
    - { method: POST, json: { name: "{{text 8}}" }, expect: { status: 2xx, json: { ok: true } } }
  timeout: 2s
  tls: { insecure: true }`;

describe("the settings of the HTTP target", () => {
  test("come out in base units, with their defaults", () => {
    expect(check("  http: http://127.0.0.1:1/").scenario?.target).toEqual({
      kind: "http",
      settings: {
        url: "http://127.0.0.1:1/",
        method: "GET",
        headers: {},
        expect: { status: [[200, 399]] },
        order: "sequence",
        data: {},
        closedLoop: "dyno",
        pipelining: 1,
        timeout: 5000,
        tls: { insecure: false },
      },
    });
  });

  test("are taken as a whole, also by the schema for editors, and survive the way to a trial", () => {
    const { scenario: checked, problems } = check(whole, ["target.connections=8"]);
    expect(problems).toEqual([]);
    expect(valid(parse(scenario(whole)))).toBe(true);
    expect(checked?.target.settings).toMatchObject({
      url: "http://127.0.0.1:8080/users",
      connections: 8,
      timeout: 2000,
      requests: [
        {
          expect: {
            status: [
              [200, 200],
              [404, 404],
            ],
          },
        },
        { expect: { status: [[200, 299]] } },
      ],
    });
    expect(JSON.parse(JSON.stringify(checked?.target))).toEqual(checked?.target);
  });

  const wrong: readonly (readonly [string, string, string, RegExp])[] = [
    ["another protocol", "  http: ftp://a", "3:9", /expected a URL such as http/],
    ["a user in the URL", "  http: http://me:pw@a/", "3:9", /without user/],
    ["no server", "  http: /path", "3:9", /names no server/],
    ["a space in the path", "  http: http://a/b c", "3:9", /" " cannot stand in a path; write it as %20/],
    ["an unknown place", "  http: http://a/{{m}}", "3:9", /`{{m}}` is nothing that can be filled in/],
    [
      "a place of no data",
      '  http: http://a\n  body: "{{users.id}}"',
      "4:9",
      /no data named users; add `data/,
    ],
    ["an open place in JSON", "  http: http://a\n  json: { a: '{{n' }", "4:9", /begins no place/],
    ["two bodies", "  http: http://a\n  body: a\n  json: 1", "5:9", /is a second body, besides body/],
    ["an unknown method", "  http: http://a\n  method: GTE", "4:11", /"GTE" is none of GET/],
    [
      "a header of dyno's own",
      "  http: http://a\n  headers: { Content-Length: 3 }",
      "4:30",
      /is written by dyno/,
    ],
    [
      "a header that is none",
      "  http: http://a\n  headers: { a b: 3 }",
      "4:19",
      /"a b" is no name of a header/,
    ],
    ["a torn header", '  http: http://a\n  headers: { a: "b\\nc" }', "4:17", /printable ASCII/],
    ["no status", "  http: http://a\n  expect: { status: 2x }", "4:21", /expected a status such as 200/],
    [
      "a wrong status among others",
      "  http: http://a\n  expect: { status: [200, 99] }",
      "4:",
      /expected a status/,
    ],
    ["no pattern", "  http: http://a\n  expect: { matches: '(' }", "4:22", /no regular expression/],
    [
      "a body besides requests",
      "  http: http://a\n  body: x\n  requests: [{}]",
      "4:9",
      /belongs into one of/,
    ],
    ["a path that does not begin", "  http: http://a\n  requests: [{ path: b }]", "4:22", /begin with/],
    [
      "an unknown setting of a request",
      "  http: http://a\n  requests: [{ pth: /b }]",
      "4:16",
      /did you mean path|unknown setting "pth"/,
    ],
    ["a timeout without a unit", "  http: http://a\n  timeout: 5", "4:12", /expected a duration/],
    ["no connections", "  http: http://a\n  connections: 0", "4:16", /out of range/],
  ];
  test.each(wrong)("with %s are refused at their place", (_, target, place, message) => {
    const [problem] = check(target).problems;
    expect(`${problem?.place.line}:${problem?.place.column}`).toContain(place);
    expect(problem?.message).toMatch(message);
  });

  test("blame the command line for what it sets", () => {
    expect(check(whole, ["target.http=x"]).problems).toMatchObject([{ file: "--set target.http=x" }]);
  });
});

describe("the files that an HTTP scenario names", () => {
  const target = `  http: http://127.0.0.1:1/{{users.id}}
  data: { users: users.csv }
  requests: [{ bodyFile: body.txt }, { body: "{{users.name}}" }]`;

  async function read(files: Readonly<Record<string, string>>, overrides: readonly string[] = []) {
    const dir = await scratchDir();
    const file = join(dir, "s.yaml");
    await writeFile(file, scenario(target));
    for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
    return readScenario(file, { targetSchemas, env: {}, overrides });
  }
  const body = { "body.txt": "hello" };

  test("are all there", async () => {
    await expect(read({ ...body, "users.csv": "id,name\n1,Ada\n" })).resolves.toMatchObject({ name: "s" });
  });

  test.each([
    ["is missing", {}, "4:18", /target.data.users: users.csv is missing: there is no file .*users.csv/],
    ["has no rows", { ...body, "users.csv": "id,name\n" }, "4:18", /users.csv has no rows/],
    ["lacks a column", { ...body, "users.csv": "id\n1\n" }, "5:46", /has no column name; it has id/],
    [
      "has a place of no column",
      { "body.txt": "hello {{users.nam}}", "users.csv": "id,name\n1,Ada\n" },
      "5:26",
      /body\.txt: .*has no column nam.*it has id, name/,
    ],
    [
      "has an open place",
      { "body.txt": "hello {{n", "users.csv": "id,name\n1,Ada\n" },
      "5:26",
      /body\.txt: `{{` begins no place/,
    ],
    ["holds a body", { "users.csv": "id,name\n1,Ada\n" }, "5:26", /body.txt is missing/],
  ])("are refused at their place where one %s", async (_, files, place, message) => {
    const reading = read(files as Readonly<Record<string, string>>);
    await expect(reading).rejects.toMatchObject({
      code: "scenario",
      message: expect.stringMatching(message),
    });
    await expect(reading).rejects.toThrow(`s.yaml:${place}: error: `);
  });

  test("are looked at by lint as well", async () => {
    const dir = await scratchDir();
    await writeFile(join(dir, "s.yaml"), scenario(target));
    const io = memoryIo(dir);
    expect(await lint(["s.yaml"], io)).toBe(2);
    expect(io.written.stderr).toMatch(/^s.yaml:4:18: error: target.data.users: users.csv is missing/);
  });

  test("are those of the command line where it names them", async () => {
    const files = { ...body, "users.csv": "id,name\n1,Ada\n" };
    await expect(read(files, ["target.data.users=no.csv"])).rejects.toThrow(
      "--set target.data.users=no.csv: error: no.csv is missing",
    );
  });
});
