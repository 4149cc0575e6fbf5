import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, constants, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { RunResult } from "../../src/measure/result.ts";
import { reportFolderIn } from "../support/report-folder.ts";
import { dyno, folderWith, main, resultIn, root } from "../support/run-dyno.ts";

const noop = `why: A test.
target: { kind: synthetic, law: noop }
warmup: none
load:
  - { phase: steady, shape: constant-rate, rate: 500/s, for: 1s }
targets:
  - error_rate < 1%
  - p50 < 1s
`;

describe("dyno run", () => {
  test("passes a scenario whose targets hold, and writes result, report and metrics", async () => {
    const cwd = await folderWith(noop);
    const { code, stdout, stderr } = await dyno(["run", "steady"], { cwd });
    expect(stdout).toContain("PASS  steady");
    expect(stderr.trim().split("\n").at(-1)).toBe("exit 0: all targets pass");
    expect(code).toBe(0);
    const { result, files } = await resultIn(cwd);
    expect(files).toEqual(["entry.json", "metrics.prom", "report.html", "result.json"]);
    expect(result.verdicts.map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
    expect(result.trials[0]?.phases[0]).toMatchObject({ asked: 500, sent: 500, completed: 500, failed: 0 });
  });

  test("fails a scenario whose target does not hold, and says by how much", async () => {
    const cwd = await folderWith(noop.replace("law: noop", "law: error, errorRatio: 50%"));
    const { code, stdout, stderr } = await dyno(["run", "steady"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAIL {2}steady {2}error_rate is \d/);
    expect(stderr).toContain("exit 1: a target failed");
    const { result } = await resultIn(cwd);
    expect(result.trials[0]?.phases[0]?.errors[0]).toMatchObject({
      kind: "SyntheticError",
      sample: "an error that was asked for",
    });
  });

  test("is inconclusive where too few samples support the quantile, and says how many would", async () => {
    const cwd = await folderWith(noop.replace("p50 < 1s", "p99.99 < 1s"));
    const { code, stdout } = await dyno(["run", "steady"], { cwd });
    expect(code).toBe(3);
    expect(stdout).toMatch(/INCONCLUSIVE.*from 500 samples; at least 36\u202f887 are needed/);
  });

  test("prints only the result on stdout with --json, and every operation with --samples", async () => {
    const cwd = await folderWith(noop);
    const { stdout } = await dyno(["run", "steady", "--json", "--samples", "--no-progress"], { cwd });
    expect((JSON.parse(stdout) as RunResult).outcome).toBe("pass");
    const { files } = await resultIn(cwd);
    expect(files).toContain("samples.ndjson.gz");
  });

  test("makes the same report again from result.json", async () => {
    const cwd = await folderWith(noop);
    await dyno(["run", "steady"], { cwd });
    const folder = await reportFolderIn(cwd);
    const before = await readFile(join(cwd, "reports", folder, "report.html"), "utf8");
    const { code } = await dyno(["report", join("reports", folder, "result.json"), "--out", "again"], {
      cwd,
    });
    expect(code).toBe(0);
    expect(await readFile(join(cwd, "again", "report.html"), "utf8")).toBe(before);
  });

  test("serves live figures to Prometheus while it runs", async () => {
    const cwd = await folderWith(noop.replace("for: 1s", "for: 3s"));
    const child = spawn(process.execPath, [main, "run", "steady", "--metrics-port", "0"], { cwd });
    let stderr = "";
    let figures = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    while (child.exitCode === null && !/dyno_operations_total\{[^}]*success[^}]*\} [1-9]/.test(figures)) {
      const url = /metrics at (\S+)/.exec(stderr)?.[1];
      if (url !== undefined)
        figures = await fetch(url).then(
          (reply) => reply.text(),
          () => "",
        );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(figures).toMatch(
      /dyno_operation_duration_seconds_count\{scenario="steady",phase="steady"\} [1-9]/,
    );
    await once(child, "exit");
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("writes what it has when it is ended by %s, and leaves no process", async (signal, code) => {
    const cwd = await folderWith(noop.replace("for: 1s", "for: 60s"));
    const child = spawn(process.execPath, [main, "run", "steady", "--set", "interval=200ms"], {
      cwd,
      detached: true,
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    while (!stderr.includes("steady: 500/s")) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 700));
    // The whole group, as a terminal's Ctrl-C does.
    process.kill(-(child.pid ?? 0), signal);
    expect((await once(child, "exit"))[0]).toBe(code);
    const { result } = await resultIn(cwd);
    expect(result.outcome).toBe("interrupted");
    expect(result.trials[0]?.phases[0]?.completed).toBeGreaterThan(0);
    expect(() => process.kill(-(child.pid ?? 0), 0)).toThrow(/ESRCH/);
  });
});

test("what is built can be run by its name", async () => {
  await expect(access(main, constants.X_OK)).resolves.toBeUndefined();
});

describe("what cannot be run", () => {
  const cases: readonly (readonly [string, string, readonly string[], number, RegExp])[] = [
    [
      "a typo",
      noop.replace("arrivals", "").replace("rate: 500/s", "raet: 500/s"),
      [],
      2,
      /steady\.yaml:5:\d+: error: load\.0\.raet: unknown setting "raet".*did you mean rate\?/,
    ],
    [
      "a wrong unit",
      noop.replace("500/s", "500ms"),
      [],
      2,
      /steady\.yaml:5:\d+: error: load\.0\.rate: expected a rate/,
    ],
    [
      "an unknown target",
      noop.replace("synthetic", "synthetik"),
      [],
      2,
      /steady\.yaml:2:17: error: target\.kind: "synthetik" is none of [^;]*; did you mean synthetic\?/,
    ],
    [
      "a target on an unknown metric",
      noop.replace("p50 < 1s", "p5O < 1s"),
      [],
      2,
      /steady\.yaml:8:5: error: targets\.1: unknown metric p5O.*did you mean p50\?/,
    ],
    [
      "a missing file",
      noop,
      ["stedy.yaml"],
      2,
      /there is no file stedy\.yaml; did you mean scenarios\/steady\.yaml\?/,
    ],
    ["an unknown option", noop, ["steady", "--sett", "x=1"], 2, /unknown option '--sett'/],
    [
      "a wrong --set",
      noop,
      ["steady", "--set", "load.0.rate=fast"],
      2,
      /--set load\.0\.rate=fast: error: expected a rate/,
    ],
    [
      "an unreachable Redis",
      noop.replace("synthetic, law: noop", "engine, store: redis, redisUrl: 'redis://:secret@127.0.0.1:1'"),
      [],
      4,
      /Redis at redis:\/\/:\*\*\*@127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/,
    ],
  ];
  test.each(cases)("%s gives one clear message and no stack trace", async (_, text, args, code, message) => {
    const cwd = await folderWith(text);
    const ended = await dyno(["run", ...(args.length > 0 ? args : ["steady"]), "--no-progress"], { cwd });
    expect(`${ended.stdout}${ended.stderr}`).toMatch(message);
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/\n\s+at |secret/);
    expect(ended.stderr.trim().split("\n").at(-1)).toMatch(code === 2 ? /^exit 2: usage/ : /^exit 4: /);
    expect(ended.code).toBe(code);
  });

  test("a port in use is a matter of set-up", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const cwd = await folderWith(noop);
    const { code, stderr } = await dyno(["run", "steady", "--metrics-port", String(port)], { cwd });
    server.close();
    expect(stderr).toContain(`metrics cannot be served on port ${port}: it is in use; choose another`);
    expect(code).toBe(4);
  });
});

describe("dyno without a scenario", () => {
  test("prints its help, and loads no heavy module for it", async () => {
    const { stdout, code } = await dyno(["--help"]);
    expect(stdout).toContain("Usage: dyno");
    expect(code).toBe(0);
    const { stdout: loaded } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "-e",
      `import { registerHooks } from "node:module";
       process.argv = [process.argv[0], ${JSON.stringify(main)}, "--help"];
       await import(${JSON.stringify(main)});
       const { createRequire } = await import("node:module");
       console.log("CJS " + Object.keys(createRequire(${JSON.stringify(main)}).cache ?? {}).join(" "));`.replace(
        'import { registerHooks } from "node:module";',
        "",
      ),
    ]);
    expect(loaded).not.toMatch(/ioredis|hdr-histogram|prom-client|cli-table3/);
  });

  test("lists the knobs of the engine, for people and for machines", async () => {
    const list = await dyno(["knobs"]);
    expect(list.code).toBe(0);
    expect(list.stdout).toMatch(
      /maxBatch +1 to 4\u202f096 events +log +128 +events that one store entry packs/,
    );
    const listed: unknown[] = JSON.parse((await dyno(["knobs", "--json"])).stdout);
    expect(listed).toContainEqual(
      expect.objectContaining({ path: "target.knobs.lingerMicros", type: "int", scale: "log1p", default: 0 }),
    );
  });

  test("lists and lints the scenarios that are shipped", async () => {
    const list = await dyno(["scenarios"]);
    for (const name of [
      "quickstart",
      "bus-memory",
      "store-log",
      "store-redis",
      "redis-spike",
      "redis-soak",
      "redis-kill",
      "redis-pause",
      "redis-partition",
      "engine-kill",
      "spool-drain",
      "replay",
    ]) {
      expect(list.stdout).toContain(name);
    }
    expect(await dyno(["lint"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+ files checked, nothing wrong/),
    });
  });

  test("says no more when its reader has gone", async () => {
    const child = spawn("sh", ["-c", `"${process.execPath}" "${main}" scenarios | head -1; echo done`], {
      cwd: root,
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await once(child, "exit");
    expect(stderr).toBe("");
  });
});
