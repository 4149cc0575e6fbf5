import { describe, expect, test } from "vitest";
import { targetSchemas } from "../../../src/drive/target-schemas.ts";
import { checkScenario } from "../../../src/scenario/check-scenario.ts";

function check(start: string) {
  const text = `why: a test
target:
  kind: http
  start: ${start}
load: [{ phase: full, shape: concurrency, clients: 4, for: 1s }]
`;
  return checkScenario(text, "test.yaml", { targetSchemas, env: {} });
}

/** The settings, where nothing is wrong with them. */
function settings(start: string): unknown {
  const { scenario, problems } = check(start);
  expect(problems).toEqual([]);
  return (scenario?.target.settings as { start?: unknown } | undefined)?.start;
}

describe("the `start` of an HTTP target", () => {
  test("needs a command alone: dyno chooses a port, and waits and ends with patience", () => {
    expect(settings("{ command: node server.mjs }")).toEqual({
      command: "node server.mjs",
      env: {},
      ready: { within: 10_000 },
      stop: { signal: "SIGTERM", within: 5000 },
    });
  });

  test("takes a list as the command, values of the environment as they are written, and times with units", () => {
    const all = `{ command: [node, server.mjs], cwd: app, env: { A: 1, B: true, C: c },
      ready: { port: 8080, url: "https://127.0.0.1:8443/up", status: 204, within: 1min }, stop: { signal: SIGINT, within: 500ms } }`;
    expect(settings(all)).toEqual({
      command: ["node", "server.mjs"],
      cwd: "app",
      env: { A: "1", B: "true", C: "c" },
      ready: { port: 8080, url: "https://127.0.0.1:8443/up", status: 204, within: 60_000 },
      stop: { signal: "SIGINT", within: 500 },
    });
  });

  test.each([
    ["no command", "{}", /^target.start.command is missing/],
    ["an empty command", "{ command: [] }", /expected a command for the shell, or a list/],
    [
      "a port that is none",
      "{ command: a, ready: { port: 99999 } }",
      /expected auto, or a port from 1 to 65535/,
    ],
    [
      "a URL that is none",
      "{ command: a, ready: { url: healthz } }",
      /write a path such as \/healthz, or a whole URL/,
    ],
    [
      "a URL with a bad port",
      '{ command: a, ready: { url: "http://a:99999/" } }',
      /write a path such as \/healthz, or a whole URL/,
    ],
    ["a signal that is none", "{ command: a, stop: { signal: TERM } }", /SIGTERM/],
    ["a time without a unit", "{ command: a, ready: { within: 10 } }", /duration/],
    ["a setting that is not there", "{ command: a, redy: {} }", /redy.*/],
  ])("refuses %s in one line, at its place", (_, start, message) => {
    const { scenario, problems } = check(start);
    expect(scenario).toBeUndefined();
    expect(problems.map(({ path, message: text, hint = "" }) => `${path} ${text} ${hint}`)).toEqual([
      expect.stringMatching(message),
    ]);
    expect(problems[0]?.place).toMatchObject({ line: 4 });
  });

  test("is what an address without a server needs", () => {
    const text =
      "why: a test\ntarget: { kind: http, url: /greeting }\nload: [{ phase: full, shape: concurrency, clients: 4, for: 1s }]\n";
    const { problems } = checkScenario(text, "test.yaml", { targetSchemas, env: {} });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/names no server: write a URL .*or how one is started \(`start`\)/),
    ]);
  });
});
