import { expect, test } from "vitest";
import { environmentOfChild } from "../../../src/drive/revisions/child-environment.ts";

test.each([
  { why: "a hook's repository", name: "GIT_DIR", value: ".git" },
  { why: "a hook's index", name: "GIT_INDEX_FILE", value: ".git/index" },
  { why: "a surrounding npm run's package", name: "npm_package_name", value: "x" },
  { why: "a surrounding npm run's --silent", name: "npm_config_loglevel", value: "silent" },
  { why: "a surrounding npm run's folder", name: "INIT_CWD", value: "/x" },
  { why: "coverage, which slows Node", name: "NODE_V8_COVERAGE", value: "/x" },
  { why: "an editor's debugger", name: "VSCODE_INSPECTOR_OPTIONS", value: "{}" },
])("a child does not get $name ($why)", ({ name, value }) => {
  expect(environmentOfChild({ [name]: value, A: "1" })).toEqual({ A: "1" });
});

test.each([
  { why: "the machine's trust in a folder", name: "GIT_CONFIG_COUNT", value: "1" },
  { why: "how git reaches a server", name: "GIT_SSH_COMMAND", value: "ssh -i x" },
  { why: "where packages come from", name: "npm_config_registry", value: "http://127.0.0.1" },
  { why: "a scope's registry", name: "npm_config_@x:registry", value: "http://127.0.0.1" },
  { why: "set by hand, since npm writes lower case", name: "NPM_CONFIG_LOGLEVEL", value: "warn" },
  { why: "an ordinary variable", name: "REDIS_URL", value: "redis://x" },
])("a child gets $name ($why)", ({ name, value }) => {
  expect(environmentOfChild({ [name]: value })).toEqual({ [name]: value });
});

test.each([
  ["--inspect", undefined],
  ["--inspect-brk=0.0.0.0:9229 --max-old-space-size=512", "--max-old-space-size=512"],
  ["--inspect-port 0 --no-warnings", "--no-warnings"],
  ["--cpu-prof --cpu-prof-dir=/x --enable-source-maps", "--enable-source-maps"],
  ['--require "/a b/ms-vscode.js-debug/bootloader.js" --no-warnings', "--no-warnings"],
  ['--require "/a b/own.js"', '--require "/a b/own.js"'],
  ["--import=/x/node-debug/on.js --import=/own.js", "--import=/own.js"],
])("of NODE_OPTIONS %s a child gets %s", (given, kept) => {
  expect(environmentOfChild({ NODE_OPTIONS: given }).NODE_OPTIONS).toBe(kept);
});

test("within npm a child's PATH is without the programs of the packages around it", () => {
  const path = "/a/node_modules/.bin:/npm/node-gyp-bin:/usr/bin";
  expect(environmentOfChild({ PATH: path, npm_lifecycle_event: "gate" })).toEqual({ PATH: "/usr/bin" });
  expect(environmentOfChild({ PATH: path })).toEqual({ PATH: path });
});
