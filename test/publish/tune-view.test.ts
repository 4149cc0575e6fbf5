import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TuneProgress } from "../../src/measure/tuning.ts";
import { fitLine, foldParts } from "../../src/publish/terminal/fit-line.ts";
import type { Output } from "../../src/publish/terminal/output.ts";
import { createColours } from "../../src/publish/terminal/symbols.ts";
import { createTuneView } from "../../src/publish/terminal/tune-view.ts";
import { tuningResult } from "../support/tuning-result.ts";

const { params, trials, steps, objective } = tuningResult();
const [step] = steps;

const search: TuneProgress = {
  stage: "search",
  trials: 2,
  latest: trials,
  ...(step === undefined ? {} : { step }),
  spentMs: 4000,
  leftMs: 60_000,
};
const proof: TuneProgress = {
  stage: "proof",
  trials: 2,
  latest: [],
  proof: { config: { maxBatch: 256 }, pairs: 8, share: { estimate: 0.72, low: 0.6, high: 0.85 } },
  spentMs: 70_000,
  leftMs: 20_000,
};

function screen(columns: number, block: boolean) {
  const written: string[] = [];
  const output: Output = { isTTY: block, columns, write: (text) => void written.push(text) };
  const view = createTuneView({
    output,
    colours: createColours(block),
    name: "steady",
    objective,
    terms: [{ metric: "p50", phase: "steady", weight: 1 }],
    params,
    block,
  });
  const text = (): string => stripVTControlCharacters(written.join("")).replaceAll("\u202f", " ");
  return { view, text, written };
}

describe("the live view of a tuning", () => {
  test("shows the trials of the last block, the best with its interval, and the slopes as arrows", () => {
    const { view, text } = screen(120, true);
    view.show(search);
    expect(text()).toContain("steady  search, trial 2  minimise p50 in steady\n");
    expect(text()).toMatch(/━{30} 4 s spent, about 60 s left\n/);
    expect(text()).toMatch(/default +0 % +the default\n/);
    expect(text()).toMatch(/explore +−30\.0 % +maxBatch 256, linger 0\n/);
    expect(text()).toMatch(/best +−30\.0 % \[−38\.0, −21\.0\] {2}maxBatch 256, linger 0\n/);
    expect(text()).toMatch(/slopes +maxBatch ↑↑ −6\.1 % +store = \+20\.0 % +linger ·/);
  });

  test("draws more arrows for a steeper slope, up where more is better, and none where it is not clear", () => {
    const slope = (estimate: number, width = 0.001) => ({
      param: "p",
      per: "doubling" as const,
      factor: { estimate, low: estimate - width, high: estimate + width },
    });
    const slopeOf = (one: ReturnType<typeof slope>): string => {
      const { view, text } = screen(120, true);
      view.show({ ...search, ...(step === undefined ? {} : { step: { ...step, slopes: [one] } }) });
      return /slopes +p (\S+)/.exec(text())?.[1] ?? "";
    };
    expect([slope(0.97), slope(0.9), slope(0.5)].map(slopeOf)).toEqual(["↑", "↑↑", "↑↑↑"]);
    expect([slope(1.03), slope(1.1), slope(3)].map(slopeOf)).toEqual(["↓", "↓↓", "↓↓↓"]);
    expect([slope(0.97, 0.2), slope(1)].map(slopeOf)).toEqual(["·", "·"]);
  });

  test("marks a trial that did not work, and one that missed a target", () => {
    const { view, text } = screen(120, true);
    const [first, second] = trials;
    const { share: _, ...broken } = { ...first, failure: "it ran out of memory" };
    view.show({
      ...search,
      latest: [broken, { ...second, missed: ["p99 <= 5ms"] }] as TuneProgress["latest"],
    });
    expect(text()).toMatch(/default +failed +the default\n/);
    expect(text()).toMatch(/explore +−30\.0 % ✗ +maxBatch/);
  });

  test("shows in the proof the pairs and what may be claimed so far", () => {
    const { view, text } = screen(120, true);
    view.show(proof);
    expect(text()).toContain("proof, 8 pairs  minimise");
    expect(text()).toMatch(/proving +maxBatch 256\nso far +−28\.0 % \[−40\.0, −15\.0\], at least −15\.0 %/);
    view.show({
      ...proof,
      ...(proof.proof && { proof: { ...proof.proof, share: { estimate: 1, low: 0.8, high: 1.2 } } }),
    });
    expect(text()).toMatch(/so far .*, nothing is shown yet/);
  });

  test("stays within a narrow terminal", () => {
    const { view, text } = screen(40, true);
    view.note("redis 7.0.15, started by dyno, appendfsync everysec");
    view.show(search);
    expect(
      text()
        .split("\n")
        .filter((line) => line.length > 40),
    ).toEqual([]);
    expect(text()).toMatch(/…/);
  });

  test("writes plain lines where it is no terminal: at most one in ten seconds, and one as a proof begins", () => {
    const { view, text } = screen(80, false);
    view.note("redis 7.0.15");
    for (const spentMs of [4000, 9000, 11_000, 12_000, 20_000, 22_000]) view.show({ ...search, spentMs });
    view.show({ ...proof, spentMs: 23_000 });
    view.show({ ...proof, spentMs: 24_000 });
    view.show({ ...proof, spentMs: 34_000 });
    view.close();
    expect(text().split("\n")).toEqual([
      "steady: redis 7.0.15",
      "steady: 2 trials in 11 s, best −30.0 % [−38.0, −21.0] with maxBatch 256, linger 0, about 60 s left",
      "steady: 2 trials in 22 s, best −30.0 % [−38.0, −21.0] with maxBatch 256, linger 0, about 60 s left",
      "steady: proof of maxBatch 256: 8 pairs, −28.0 % [−40.0, −15.0], at least −15.0 %, about 20 s left",
      "steady: proof of maxBatch 256: 8 pairs, −28.0 % [−40.0, −15.0], at least −15.0 %, about 20 s left",
      "",
    ]);
  });
});

describe("lines for a terminal", () => {
  const segments = fc.array(fc.tuple(fc.string()));

  test("are as wide as asked for at most, and whole where they fit", () => {
    fc.assert(
      fc.property(segments, fc.nat(60), (parts, columns) => {
        const text = parts.map(([one]) => one).join("");
        const line = fitLine(parts, columns);
        expect(line.length).toBeLessThanOrEqual(columns);
        expect(text.length <= columns ? line : line.replace(/…$/, "")).toBe(
          text.length <= columns ? text : text.slice(0, Math.max(0, columns - 1)),
        );
      }),
    );
  });

  test("hold all parts, in their order, and more than one part only within the columns", () => {
    fc.assert(
      fc.property(fc.array(segments), fc.integer({ min: 12, max: 60 }), (parts, columns) => {
        const lines = foldParts(parts, columns, 4);
        const texts = lines.map((line) => line.map(([text]) => text).join(""));
        expect(texts.map((text, i) => text.slice(i === 0 ? 0 : 4)).join("")).toBe(parts.flat(2).join(""));
        const widest = Math.max(0, ...parts.map((part) => part.flat().join("").length));
        for (const text of texts) expect(text.length).toBeLessThanOrEqual(Math.max(columns, widest + 4));
      }),
    );
  });
});
