import { describe, expect, test } from "vitest";
import { differencesOf, fingerprintOf } from "../../src/measure/fingerprint.ts";
import type { Environment } from "../../src/measure/result.ts";
import { sampleEnvironment } from "../support/sample-blocks.ts";

const here = fingerprintOf(sampleEnvironment());

describe("the class of a machine", () => {
  const asBefore: readonly (readonly [string, Partial<Environment>])[] = [
    ["another commit", { gitRevision: "ffffffffff", gitBranch: "other", gitDirty: true }],
    ["another lock file", { lockHash: "ffffffffffff" }],
    ["a mend of the kernel", { kernel: "linux 6.1.99-cloud x64" }],
    ["another swap", { swap: "off" }],
    ["a Redis that was there", { services: ["redis 7.0.15, appendfsync everysec"] }],
  ];

  test.each(asBefore)("is the same after %s", (_, change) => {
    expect(fingerprintOf(sampleEnvironment(change))).toEqual(here);
  });

  const others: readonly (readonly [string, Partial<Environment>, string])[] = [
    ["CPU", { cpuModel: "Epyc 7763" }, "CPU model: was Xeon 8370C, here Epyc 7763"],
    ["number of cores", { cores: 4 }, "cores: was 2, here 4"],
    ["governor", { governor: "powersave" }, "governor: was performance, here powersave"],
    ["kernel", { kernel: "linux 6.12.3 x64" }, "kernel: was linux 6.1 x64, here linux 6.12 x64"],
    ["Node", { node: "v22.1.0" }, "Node.js: was v20.20.2, here v22.1.0"],
    [
      "limit of the container",
      { container: "limited to 1 cores" },
      "container: was no limits, here limited to 1 cores",
    ],
    [
      "Redis",
      { services: ["redis 7.2.0, started by dyno, appendfsync everysec"] },
      "services: was redis 7.0.15, appendfsync everysec, here redis 7.2.0, appendfsync everysec",
    ],
    [
      "durability of Redis",
      { services: ["redis 7.0.15, started by dyno, appendfsync always"] },
      "services: was redis 7.0.15, appendfsync everysec, here redis 7.0.15, appendfsync always",
    ],
  ];

  test.each(others)("is another with another %s, and says so", (_, change, line) => {
    const other = fingerprintOf(sampleEnvironment(change));
    expect(other.class).not.toBe(here.class);
    expect(differencesOf(here, other)).toEqual([line]);
  });

  test("is 8 hexadecimal digits", () => {
    expect(here.class).toMatch(/^[0-9a-f]{8}$/);
  });

  test("does not depend on the port of a server on this machine, and does on another machine's", () => {
    const at = (url: string) =>
      fingerprintOf(sampleEnvironment({ services: [`redis 7.0.15 at ${url}, append-only file on`] })).class;
    expect(at("redis://127.0.0.1:6379")).toBe(at("redis://:***@localhost:7001"));
    expect(at("redis://db.internal:6379")).not.toBe(at("redis://127.0.0.1:6379"));
  });
});
