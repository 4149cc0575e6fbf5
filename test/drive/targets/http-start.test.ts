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

  test.each([
    ["a path", "/greeting", "{}"],
    ["a URL on the port of `ready`", "http://127.0.0.1:8080/greeting", "{ port: 8080 }"],
    ["a URL of TLS on the port of `ready`", "https://localhost:8443", "{ port: 8443 }"],
    ["a URL on the usual port", "http://localhost/", "{ port: 80 }"],
    ["a URL where that of `ready` is", "http://a:81/b", '{ port: auto, url: "http://a:81/up" }'],
  ])("takes %s as the address", (_, url, ready) => {
    expect(addressProblems(url, ready)).toEqual([]);
  });

  test.each([
    [
      "where dyno chooses the port",
      "http://127.0.0.1:8080/",
      "{}",
      /has a port that dyno chooses; write the path alone, or .*port: 8080 }`$/,
    ],
    ["on another port", "http://127.0.0.1:8080/", "{ port: 81 }", /which has port 81; write the path alone/],
    [
      "on another port than the URL of `ready`",
      "http://a:8080/",
      '{ url: "http://a:81/" }',
      /which has port 81/,
    ],
    [
      "of TLS where dyno chooses the port",
      "https://a/",
      "{}",
      /give it that port, which TLS needs: `ready: { port: 443 }`$/,
    ],
  ])("refuses a whole URL %s, at its place", (_, url, ready, message) => {
    expect(addressProblems(url, ready)).toEqual(["3:8 target.url", expect.stringMatching(message)]);
  });
});

/** The place and the text of what is wrong with an address beside `start`. */
function addressProblems(url: string, ready: string): readonly string[] {
  const text = `why: a test
target:
  url: "${url}"
  kind: http
  start: { command: node server.mjs, ready: ${ready} }
load: [{ phase: full, shape: concurrency, clients: 4, for: 1s }]
`;
  const { problems } = checkScenario(text, "test.yaml", { targetSchemas, env: {} });
  return problems.flatMap(({ path, message, place }) => [`${place?.line}:${place?.column} ${path}`, message]);
}
