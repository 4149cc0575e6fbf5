import fc from "fast-check";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TuneProof, TuneResult } from "../../src/measure/tuning.ts";
import { renderTuneHtml } from "../../src/publish/html/tune/render-tune-html.ts";
import { accessibilityProblems, launchChromium, openReport } from "../support/report-page.ts";
import { sampleTuning } from "../support/sample-tuning.ts";

const proven = renderTuneHtml(sampleTuning());

/** What a reader can see of a page. */
function shownIn(text: string): string {
  return text.replaceAll(/<script.*?<\/script>/gs, "").replaceAll(/<style.*?<\/style>/gs, "");
}

const voidElements: ReadonlySet<string> = new Set(["meta", "link", "br"]);

/** Elements that are open at the end, or that another one closed. */
function unclosedIn(text: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = "", end] of text.matchAll(/<(\/?)([a-zA-Z][\w]*)[^>]*?(\/?)>/g)) {
    if (slash === "/") {
      if (open.pop() !== name) return [name, ...open];
    } else if (end !== "/" && !voidElements.has(name)) open.push(name);
  }
  return open;
}

function withLastProof(result: TuneResult, change: Partial<TuneProof>): TuneResult {
  return { ...result, proofs: result.proofs.map((proof) => ({ ...proof, ...change })) };
}

describe("the report of a tuning as text", () => {
  test("has the same bytes for the same result", () => {
    expect(renderTuneHtml(sampleTuning())).toBe(proven);
  });

  test("escapes whatever a user can name", () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&`;
    const text = renderTuneHtml(sampleTuning({ text: evil }));
    expect(text).not.toContain("<script>alert");
    expect(text).not.toContain("<img");
    expect(text.match(/<script/g)).toHaveLength(2);
  });

  test("never shows what is no number, whatever is missing", () => {
    fc.assert(
      fc.property(oddTuning, (result) => {
        expect(shownIn(renderTuneHtml(result))).not.toMatch(/NaN|undefined|Infinity|\bnull\b|\bfalse\b/);
      }),
      { numRuns: 60 },
    );
  });

  test.each(["proven", "kept", "interrupted", "setup_failed"] as const)(
    "closes every element, and gives no id twice, where the outcome is %s",
    (outcome) => {
      const text = shownIn(renderTuneHtml(sampleTuning({ outcome })));
      expect(unclosedIn(text)).toEqual([]);
      const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(ids).toHaveLength(new Set(ids).size);
      const targets = [...text.matchAll(/(?:url\(|href=")#([\w-]+)/g)].map(([, id]) => id);
      expect(ids).toEqual(expect.arrayContaining(targets));
    },
  );

  test("stays small for many trials", () => {
    const text = renderTuneHtml(sampleTuning({ trials: 1200 }));
    expect(shownIn(text).length).toBeLessThan(1_000_000);
    expect(shownIn(text)).toContain("700 more are in tuning.json");
    expect(proven.length).toBeLessThan(400_000);
  });

  const p50 = { metric: "p50", phase: "steady", weight: 1 };
  const throughput = { metric: "throughput", phase: "full", weight: -1 };

  test.each([
    [[p50], 0.54, "at least 46\u202f% lower", "p50 in steady"],
    [[throughput], 0.8, "at least 25\u202f% higher", "throughput in full"],
    [[{ ...p50, weight: 2 }], 0.81, "at least 10\u202f% lower", "p50 in steady"],
    [[p50, { ...throughput, weight: -0.5 }], 0.7, "at least 30\u202f% lower", "the objective"],
    // Rounded towards no change: it does not say too much.
    [[p50], 0.54321, "at least 45.6\u202f% lower", "p50 in steady"],
  ])("claims of %j at a share of %f: %s", (objectiveTerms, high, claim, name) => {
    const share = { estimate: high - 0.02, low: high - 0.04, high };
    const text = renderTuneHtml(withLastProof({ ...sampleTuning(), objectiveTerms }, { share }));
    const claims = /<b>(Proven: [^<]*)<\/b><span>([^<]*?), by /.exec(text);
    expect(claims?.slice(1)).toEqual([`Proven: ${claim}`, name]);
  });

  test("tells of what is maximised as it grows, in the proof and in the search", () => {
    const share = { estimate: 0.5, low: 0.4, high: 0.8 };
    const text = renderTuneHtml(
      withLastProof({ ...sampleTuning(), objectiveTerms: [throughput] }, { share }),
    );
    expect(text.includes("throughput in full <b>+100\u202f% [+25, +150]</b>")).toBe(true);
    expect(text.includes('<em class="">throughput in full, biased</em>')).toBe(true);
    expect(text.includes("1 / throughput in full as a share of the default&#39;s; less is better")).toBe(
      true,
    );
  });

  test.each(["kept", "interrupted", "invalid", "setup_failed"] as const)(
    "claims nothing where the outcome is %s",
    (outcome) => {
      const text = shownIn(renderTuneHtml(sampleTuning({ outcome })));
      expect(text).not.toMatch(/Proven|at least \S+ (lower|higher)/);
      expect(text).toContain("nothing better is proven");
    },
  );
});

/** Tunings with pieces missing or out of hand. */
const oddTuning = fc
  .record({
    outcome: fc.constantFrom("proven" as const, "kept" as const, "interrupted" as const, "invalid" as const),
    algorithm: fc.constantFrom("gradient" as const, "random" as const),
    trials: fc.constantFrom(0, 1, 3, 4, 22),
    damage: fc.integer({ min: 0, max: 11 }),
  })
  .map(({ damage, ...options }): TuneResult => {
    const result = sampleTuning(options);
    const wild = { estimate: 1e9, low: 1e-9, high: 1e12 };
    const { comparison: _, ...bare } = result.proofs[0] ?? { comparison: undefined };
    const damaged: readonly Partial<TuneResult>[] = [
      {},
      { proofs: [] },
      { proofs: result.proofs.map((proof) => ({ ...proof, ...bare, looks: [], targets: [], pairs: 0 })) },
      { trials: result.trials.map(({ share: _share, ...trial }) => ({ ...trial, failure: "It broke." })) },
      { trials: result.trials.map((trial) => ({ ...trial, atMs: 0 })) },
      { steps: [], sensitivities: [] },
      { params: [], constraints: [], subjectTo: [] },
      { sensitivities: result.sensitivities.map((one) => ({ ...one, factor: wild, slice: [] })) },
      {
        trials: result.trials.map((trial) => ({ ...trial, share: 1e9 })),
        steps: result.steps.map((step) => ({ ...step, share: wild })),
        proofs: result.proofs.map((proof) => ({ ...proof, share: wild })),
      },
      {
        objectiveTerms: [{ metric: "throughput", phase: "full", weight: -1 }],
        proofs: result.proofs.map((proof) => ({ ...proof, share: { estimate: 0.5, low: 0, high: 1 } })),
      },
      { spent: { searchMs: 0, proofMs: 0, optimizerMs: 0 }, durationMs: 0 },
      { params: result.params.map((param) => ({ ...param, default: param.values?.[0] ?? param.min ?? 0 })) },
    ];
    return { ...result, ...damaged[damage] };
  });

describe("the report of a tuning in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  const open = (options: BrowserContextOptions = {}, text = proven) => openReport(browser, text, options);
  const openSample = async (options: Parameters<typeof sampleTuning>[0]): Promise<Page> =>
    (await open({}, renderTuneHtml(sampleTuning(options)))).page;

  test("is accessible where the default is kept, too", async () => {
    const page = await openSample({ outcome: "kept" });
    expect(await page.locator(".badge").innerText()).toMatch(/Default kept\s*exit code 3/);
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  test("tells in order: claim, figures, configuration, proof, search, parameters, what matters, targets, trials", async () => {
    const { page } = await open();
    expect(await page.locator("main h2").allInnerTexts()).toEqual([
      "Configuration",
      "Proof",
      "All metrics of the proof",
      "The claim, look by look",
      "Latency by percentile",
      "The search",
      "Paths of the parameters",
      "What matters",
      "Targets",
      "Trials",
      "Reproduce",
      "Environment",
    ]);
    expect(await page.title()).toBe("proven · publish-steady · tuning · dyno");
    expect(await page.locator(".claim b").innerText()).toBe("Proven: at least 46\u202f% lower");
    expect(await page.locator(".tile").allInnerTexts()).toHaveLength(6);
    expect(await page.locator("#reproduce pre").allInnerTexts()).toEqual([
      expect.stringContaining("dyno tune scenarios/publish-steady.yaml --budget 5m --seed 7"),
      expect.stringContaining("--resume"),
      expect.stringContaining("why: "),
    ]);
  });

  test("shows what changes, by which factor, and that what was not proven is only a candidate", async () => {
    const { page } = await open();
    const [batch = ""] = await page.locator("#configuration tbody tr").allInnerTexts();
    expect(batch).toMatch(/maxBatch[\s\S]*\b8\b[\s\S]*\b284\b[\s\S]*× 35\.5[\s\S]*events/);
    const kept = await openSample({ outcome: "kept" });
    expect(await kept.locator("#configuration th").allInnerTexts()).toContain("Not proven");
    expect(await kept.locator("#configuration").innerText()).not.toContain("The changed settings");
  });

  test("draws each trial once: crossed out what misses a target or did not work, the latter without a dot", async () => {
    const { page } = await open();
    const marks = page.locator("#search svg[data-t] g[transform]");
    expect(await marks.count()).toBe(40);
    const { trials } = sampleTuning();
    const out = trials.filter(({ share, missed }) => share === undefined || missed.length > 0);
    expect(await marks.locator("path[stroke='var(--red)']").count()).toBe(out.length);
    expect(out.length).toBeGreaterThan(1);
    for (const chart of await page.locator("#paths svg[data-t]").all()) {
      const dots = await chart.locator("path.dots").getAttribute("d");
      expect(dots?.match(/M/g)).toHaveLength(40 - out.length);
    }
  });

  test("puts the search and its proof on one scale, lower where the share is less", async () => {
    const { page } = await open();
    const chart = page.locator("#search svg[data-t]");
    const base = await middleOf(chart.locator("line.base"));
    const best = await middleOf(chart.locator("circle[r='4']"));
    const proof = await middleOf(chart.locator("g.v-pass"));
    expect(best).toBeGreaterThan(base);
    // The search took it for 0.496 of the default, the proof for 0.515.
    expect(proof).toBeLessThan(best);
  });

  test("says of a parameter whose interval holds no change that it has no effect, last", async () => {
    const { page } = await open();
    const rows = await page.locator("#sensitivity .forest .row:not(.top):not(.axis)").allInnerTexts();
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatch(/appendfsync\s+set to everysec\s+\+2\.0\u202f%/);
    expect(rows.map((row) => row.includes("no effect"))).toEqual([false, false, true, true, true]);
  });

  test("has no section on what a random search does not know", async () => {
    const page = await openSample({ algorithm: "random" });
    expect(await page.locator("#sensitivity").count()).toBe(0);
    expect(await page.locator("nav").innerText()).not.toContain("What matters");
    expect(await page.locator("#paths svg[data-t]").count()).toBe(5);
  });

  test("tells of each candidate, and draws the last one in which there was a look", async () => {
    const result = sampleTuning({ outcome: "kept" });
    const broken: TuneProof[] = result.proofs.map(({ comparison: _, ...proof }) => ({
      ...proof,
      outcome: "failed",
      sentence: "The candidate did not work in pair 1: it broke.",
      pairs: 1,
      looks: [],
      targets: [],
    }));
    const text = renderTuneHtml({ ...result, proofs: [...result.proofs, ...broken] });
    const { page } = await open({}, text);
    expect(await page.locator("#proof > .reason .pill").allInnerTexts()).toEqual([
      "Not proven",
      "Did not work",
    ]);
    expect(await page.locator("#proof > .reason").nth(1).innerText()).toContain("it broke");
    expect(await page.locator("#proof .forest").count()).toBe(1);
    expect(await page.locator("#proof > .card:not(.reason) .sub").first().innerText()).toMatch(
      /^candidate 1 of 2/,
    );
    expect(await page.locator("#targets .sub").first().innerText()).toContain("candidate 1 of 2");
  });

  test("shows a tuning without trials as what it is", async () => {
    const page = await openSample({ outcome: "setup_failed", trials: 0 });
    expect(await page.locator("#search, #paths, #proof, #trials").count()).toBe(0);
    expect(await page.locator("#targets").innerText()).toContain("Not tested");
  });

  test("shows under the crosshair the block that it stands in, on all charts over time", async () => {
    const { page } = await open();
    const chart = page.locator("#search svg[data-t]");
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (box === null) throw new Error("the chart is not drawn");
    // Of 42 s in ten blocks, 10 s lie in the third.
    const at = (52 + ((1006 - 52) * 10) / 42) / 1164;
    await page.mouse.move(box.x + box.width * at, box.y + box.height / 2);
    const tip = await page.locator("#tip").innerText();
    expect(tip).toMatch(/block\s2, until 12\.6/);
    expect(tip).toMatch(/arm 4\sdid not work {2}spread/);
    expect(tip).toMatch(/best then\s−\d/);
    expect(await page.locator(":is(#search, #paths) .cross[style*=block]").count()).toBe(6);
  });

  test("fits on paper, its configuration inside its card", async () => {
    const { page } = await open({ viewport: { width: 718, height: 1000 } });
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(718);
    const [card, table] = await Promise.all([
      rightOf(page.locator("#configuration")),
      rightOf(page.locator("#configuration table")),
    ]);
    expect(table).toBeLessThanOrEqual(card);
  });

  test("reads without JavaScript, and its trials unfold", async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator("h1").innerText()).toBe("Tuning · publish-steady");
    await page.locator("summary", { hasText: "Show all trials" }).click();
    expect(await page.locator("#trials tbody tr:visible").count()).toBe(40);
    expect(await page.locator("#trials").innerText()).toContain("out of memory");
  });

  test("sorts its trials by share, and gives the data for download", async () => {
    const { page } = await open();
    await page.locator("summary", { hasText: "Show all trials" }).click();
    await page.locator("#trials th button", { hasText: "Share" }).click();
    const shares = await page
      .locator("#trials tbody td:nth-child(5)")
      .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-v"))));
    const known = shares.filter((share) => share > 0);
    expect(known).toEqual(known.toSorted((a, b) => a - b));
    // What did not work has no share, and comes last.
    expect(shares.slice(known.length)).toEqual([0]);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download JSON" }).click();
    expect((await download).suggestedFilename()).toBe("tuning-publish-steady.json");
  });
});

/** How far down the middle of a mark is. */
async function middleOf(mark: Locator): Promise<number> {
  const box = await mark.boundingBox();
  return box === null ? Number.NaN : box.y + box.height / 2;
}

async function rightOf(mark: Locator): Promise<number> {
  const box = await mark.boundingBox();
  return box === null ? Number.NaN : box.x + box.width;
}
