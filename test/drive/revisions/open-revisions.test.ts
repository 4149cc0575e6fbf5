import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  type OpenRevisions,
  openRevisions,
  type RevisionFolder,
} from "../../../src/drive/revisions/open-revisions.ts";
import type { Prepare } from "../../../src/drive/revisions/prepare-plan.ts";
import { resolveRevision } from "../../../src/drive/revisions/revision.ts";
import { scratchDir } from "../../support/scratch-dir.ts";
import { type ScratchRepository, scratchRepository } from "../../support/scratch-repository.ts";

interface Opening {
  readonly scratch: ScratchRepository;
  readonly refs: readonly string[];
  readonly parentDir: string;
  readonly prepare?: Prepare;
  readonly subfolder?: string;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

/** Opens refs as base and head, and keeps what was said on the way. */
async function open(opening: Opening): Promise<OpenRevisions & { readonly notes: readonly string[] }> {
  const { scratch, refs, parentDir, prepare = {}, subfolder, signal, env } = opening;
  const repository = await scratch.open(subfolder, env);
  const notes: string[] = [];
  const revisions = await Promise.all(
    refs.map(async (ref, i) => ({
      name: i === 0 ? "base" : "head",
      revision: await resolveRevision(repository, ref),
    })),
  );
  const opened = await openRevisions({
    repository,
    revisions,
    parentDir,
    prepare,
    signal: signal ?? new AbortController().signal,
    onNote: (text) => notes.push(text),
  });
  onTestFinished(opened.close);
  return { ...opened, notes };
}

const folderOf = ({ folders }: OpenRevisions, i = 0): RevisionFolder => {
  const folder = folders[i];
  if (folder === undefined) throw new Error(`no folder ${i}`);
  return folder;
};

/** Nothing of ours is left: no folder, no note of git. */
function expectNothingLeft({ git }: ScratchRepository, parentDir: string): void {
  expect(readdirSync(parentDir)).toEqual([]);
  expect(git("worktree", "list", "--porcelain").match(/^worktree /gm)).toHaveLength(1);
}

test("each revision lies in a folder of its own as it was committed, and nothing is left when it is closed", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  scratch.commit({ a: "1" });
  scratch.commit({ a: "2" });
  scratch.write({ a: "3" });
  const opened = await open({ scratch, refs: ["HEAD~1", "HEAD"], parentDir });
  const texts = opened.folders.map(({ dir }) => readFileSync(join(dir, "a"), "utf8"));
  expect(texts).toEqual(["1", "2"]);
  expect(opened.folders.map(({ name }) => name)).toEqual(["base", "head"]);
  await opened.close();
  expectNothingLeft(scratch, parentDir);
});

test("the same commit under two names is made ready once", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  scratch.commit({ a: "1" });
  const opened = await open({
    scratch,
    refs: ["HEAD", "main"],
    parentDir,
    prepare: { build: "echo x >> built" },
  });
  const [base, head] = opened.folders;
  expect(base?.dir).toBe(head?.dir);
  expect(readFileSync(join(folderOf(opened).dir, "built"), "utf8")).toBe("x\n");
});

/** A package whose dependency lies beside it. */
function packageWith(version: string): Record<string, unknown> {
  const dependency = `dep-${version}`;
  return {
    "package.json": { name: "app", version: "1.0.0", dependencies: { dep: `file:${dependency}` } },
    "package-lock.json": {
      name: "app",
      version: "1.0.0",
      lockfileVersion: 3,
      packages: {
        "": { name: "app", version: "1.0.0", dependencies: { dep: `file:${dependency}` } },
        [dependency]: { name: "dep", version },
        "node_modules/dep": { resolved: dependency, link: true },
      },
    },
    [`${dependency}/package.json`]: { name: "dep", version },
  };
}

test("two revisions whose dependencies differ each require their own", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  scratch.commit(packageWith("1.0.0"));
  scratch.commit(packageWith("2.0.0"));
  const opened = await open({ scratch, refs: ["HEAD~1", "HEAD"], parentDir });
  const versions = opened.folders.map(({ dir }) =>
    execFileSync(process.execPath, ["-p", "require('dep/package.json').version"], {
      cwd: dir,
      encoding: "utf8",
    }).trim(),
  );
  expect(versions).toEqual(["1.0.0", "2.0.0"]);
  const [base, head] = opened.folders;
  expect(base?.lockHash).toMatch(/^[0-9a-f]{12}$/);
  expect(head?.lockHash).not.toBe(base?.lockHash);
  expect(opened.notes[0]).toMatch(
    /^the base revision [0-9a-f]{10}: installed with `npm ci --no-audit .*` in \d+\.\d s$/,
  );
});

/** A registry with the package `dep` in it, and what a package and its lock file say of that. */
async function startRegistry() {
  const dir = await scratchDir();
  mkdirSync(join(dir, "package"));
  writeFileSync(join(dir, "package", "package.json"), JSON.stringify({ name: "dep", version: "1.0.0" }));
  const archive = execFileSync("tar", ["-czf", "-", "package"], { cwd: dir });
  const server = createServer((_, response) => response.end(archive)).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const dependencies = { dep: "1.0.0" };
  const dep = {
    version: "1.0.0",
    resolved: `${registry}dep/-/dep-1.0.0.tgz`,
    integrity: `sha512-${createHash("sha512").update(archive).digest("base64")}`,
  };
  return {
    env: { npm_config_registry: registry, npm_config_cache: join(dir, "cache") },
    files: {
      "package.json": { name: "app", dependencies },
      "package-lock.json": {
        name: "app",
        lockfileVersion: 3,
        packages: { "": { name: "app", dependencies }, "node_modules/dep": dep },
      },
    },
  };
}

test("a revision with the same package.json and lock file takes over a copy of the packages", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  const { env, files } = await startRegistry();
  scratch.commit(files);
  scratch.commit({ a: "1" });
  const build = "echo $PWD >> node_modules/dep/built";
  const opened = await open({ scratch, refs: ["HEAD~1", "HEAD"], parentDir, env, prepare: { build } });
  expect(opened.notes[0]).toContain(": installed with `npm ci ");
  expect(opened.notes[1]).toMatch(
    /^the head revision .*: took over what base installed, from the same package.json and lock file, in /,
  );
  for (const { dir } of opened.folders) {
    expect(readdirSync(join(dir, "node_modules"))).toContain("dep");
    expect(readFileSync(join(dir, "node_modules/dep/built"), "utf8")).toBe(`${dir}\n`);
  }
});

test.each([
  { what: "another package.json", change: { version: "1.0.1" } },
  { what: "an install script", both: { scripts: { postinstall: "true" } } },
])("a revision with $what is installed by itself", async ({ change = {}, both = {} }) => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  const { env, files } = await startRegistry();
  const manifest = { ...files["package.json"], ...both };
  scratch.commit({ ...files, "package.json": manifest });
  scratch.commit({ a: "1", "package.json": { ...manifest, ...change } });
  const opened = await open({ scratch, refs: ["HEAD~1", "HEAD"], parentDir, env });
  expect(opened.notes).toHaveLength(2);
  for (const note of opened.notes) expect(note).toContain(": installed with `npm ci ");
});

test("a base that does not install is told with what npm wrote, and nothing is left", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  const commit = scratch.commit({
    "package.json": { name: "app", dependencies: { dep: "file:dep" } },
    "package-lock.json": { name: "app", lockfileVersion: 3, packages: { "": { name: "app" } } },
    "dep/package.json": { name: "dep", version: "1.0.0" },
  });
  await expect(open({ scratch, refs: ["HEAD"], parentDir })).rejects.toMatchObject({
    code: "setup",
    message: expect.stringMatching(
      `^the base revision ${commit.slice(0, 10)} does not install: \`npm ci .*\` ended with exit code 1 in a checkout of its own; it wrote:\n(.*\n)*.*Missing: dep@1.0.0 from lock file\n(.*\n)*  \\([0-9]+ lines left out\\)\n`,
    ),
  });
  expectNothingLeft(scratch, parentDir);
});

test("a base that does not build is told with the first and last lines of the build, and nothing is left", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  const commit = scratch.commit({
    "package.json": { name: "app", scripts: { build: "seq 100; echo broken >&2; exit 2" } },
  });
  const message = await open({ scratch, refs: ["HEAD"], parentDir }).catch(({ message }: Error) => message);
  const [first, ...lines] = String(message).split("\n");
  expect(first).toBe(
    `the base revision ${commit.slice(0, 10)} does not build: \`npm run build\` ended with exit code 2 in a checkout of its own; it wrote:`,
  );
  expect(lines).toContain("  broken");
  expect(lines).toContain("  1");
  expect(lines).toContain("  100");
  expect(lines).not.toContain("  50");
  expect(lines).toHaveLength(41);
  expectNothingLeft(scratch, parentDir);
});

test("a revision whose package.json is no JSON is told as that", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  const commit = scratch.commit({ "package.json": "{" });
  await expect(open({ scratch, refs: ["HEAD"], parentDir })).rejects.toMatchObject({
    code: "setup",
    message: expect.stringContaining(
      `the base revision ${commit.slice(0, 10)} cannot be installed: its package.json is not JSON: `,
    ),
  });
});

test("the folder of a revision is the subfolder that dyno stands in, and packages above it are installed", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  scratch.commit({
    ...packageWith("1.0.0"),
    "packages/a/package.json": { name: "a", scripts: { build: "pwd > where" } },
  });
  const opened = await open({ scratch, refs: ["HEAD"], parentDir, subfolder: "packages/a" });
  const { dir } = folderOf(opened);
  expect(dir.endsWith("/packages/a")).toBe(true);
  expect(readFileSync(join(dir, "where"), "utf8").trim()).toBe(dir);
  expect(existsSync(join(dir, "../../node_modules/dep/package.json"))).toBe(true);
});

test("a revision that lacks the subfolder is refused, and nothing is left", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  const commit = scratch.commit({ a: "1" });
  scratch.commit({ "packages/a/b": "1" });
  await expect(open({ scratch, refs: ["HEAD~1"], parentDir, subfolder: "packages/a" })).rejects.toMatchObject(
    {
      code: "setup",
      message: `the base revision ${commit.slice(0, 10)} has no folder packages/a`,
    },
  );
  expectNothingLeft(scratch, parentDir);
});

test("no hook of the repository runs", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  scratch.commit({ a: "1" });
  const hook = join(scratch.dir, ".git", "hooks", "post-checkout");
  writeFileSync(hook, `#!/bin/sh\ntouch "${scratch.dir}/hook-ran"\n`);
  chmodSync(hook, 0o755);
  await open({ scratch, refs: ["HEAD"], parentDir });
  expect(existsSync(join(scratch.dir, "hook-ran"))).toBe(false);
});

test("submodules stay empty, and a note names them", async () => {
  const [scratch, other, parentDir] = [
    await scratchRepository(),
    await scratchRepository(),
    await scratchDir(),
  ];
  other.commit({ b: "1" });
  scratch.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.dir, "vendor/other");
  const commit = scratch.commit({ a: "1" });
  const opened = await open({ scratch, refs: ["HEAD"], parentDir });
  expect(readdirSync(join(folderOf(opened).dir, "vendor/other"))).toEqual([]);
  expect(opened.notes).toEqual([
    `the base revision ${commit.slice(0, 10)} has submodules that are not checked out (vendor/other); where its build needs them, let its install command begin with git submodule update --init`,
  ]);
  await opened.close();
  expectNothingLeft(scratch, parentDir);
});

test("an abort during a long build ends every process of it and leaves nothing", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  scratch.commit({ a: "1" });
  const pipe = join(await scratchDir(), "pids");
  execFileSync("sh", ["-c", 'mkfifo "$0"', pipe]);
  const abort = new AbortController();
  // The child of the shell's child does not hear SIGTERM.
  const build = `sh -c 'trap "" TERM; echo $$ $PPID > "${pipe}"; while :; do sleep 1; done' & wait`;
  const opening = open({ scratch, refs: ["HEAD"], parentDir, prepare: { build }, signal: abort.signal });
  const stopped = expect(opening).rejects.toMatchObject({ code: "aborted" });
  const pids = (await readFile(pipe, "utf8")).trim().split(" ").map(Number);
  abort.abort("SIGINT");
  await stopped;
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(isRunning(pid)).toBe(false);
  expectNothingLeft(scratch, parentDir);
});

function isRunning(pid: number): boolean {
  try {
    // A zombie that nobody has waited for yet runs no more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("what a dyno that was killed left behind is removed at the next start, and what another one uses is not", async () => {
  const [scratch, parentDir] = [await scratchRepository(), realpathSync(await scratchDir())];
  scratch.commit({ a: "1" });
  const dead = Number(execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }));
  const [noted, gone, lying, used] = [
    `dyno-gate-${dead}-a`,
    `dyno-gate-${dead}-b`,
    `dyno-gate-${dead}-c`,
    `dyno-gate-${process.ppid}-d`,
  ];
  for (const name of [noted, gone, used]) {
    scratch.git("worktree", "add", "--quiet", "--detach", join(parentDir, name));
  }
  execFileSync("rm", ["-r", join(parentDir, gone)]);
  execFileSync("mkdir", [join(parentDir, lying)]);
  const opened = await open({ scratch, refs: ["HEAD"], parentDir });
  await opened.close();
  expect(readdirSync(parentDir)).toEqual([used]);
  expect(scratch.git("worktree", "list", "--porcelain").match(/dyno-gate.*/g)).toEqual([used]);
});

test("closing removes a folder that was already tampered with", async () => {
  const [scratch, parentDir] = [await scratchRepository(), await scratchDir()];
  scratch.commit({ a: "1" });
  const opened = await open({ scratch, refs: ["HEAD"], parentDir, prepare: { build: "rm .git; touch x" } });
  await opened.close();
  expectNothingLeft(scratch, parentDir);
});
