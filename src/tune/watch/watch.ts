import { DynoError } from "../../base/errors.ts";
import type { WatchEnded, WatchEvent, WatchSearchBegun } from "../../measure/watch-events.ts";
import type { Config } from "../../scenario/tuning.ts";
import type { Rig } from "../rig.ts";
import { type Applied, createApplied } from "./applied.ts";
import { type ProbeReading, probeSlope, probeTargets, readProbe } from "./probe.ts";
import { type RetuneEnd, retune } from "./retune.ts";
import { createRetuneBounds, type RetuneBounds } from "./retune-bounds.ts";
import { createShunList, type ShunList } from "./shun-list.ts";
import { createStaleness, type Staleness } from "./staleness.ts";
import { createTargetGuard, type TargetGuard } from "./target-guard.ts";
import type { WatchActions, Watched, WatchOrder } from "./watch-order.ts";

/** So many times as often a probe is made while it is urgent. */
const urgency = 10;

/**
 * Keeps a configuration under watch: measures it now and then between two neighbours, searches anew from it once a slope
 * shows that the best lies elsewhere by now, and swaps on proof alone. Where what is in force misses a target several times
 * in a row, or does not work, the one before it is put in force again.
 *
 * What is in force is always the configuration that the watch began with, one that was in force before it, or one that was
 * proven against what was in force before it. Time is what was waited and measured, so the same answers of the rig lead to the same events. Rejects with
 * the rig's DynoError where measuring breaks down, and with what an action rejects with.
 */
export async function watch(
  order: WatchOrder,
  rig: Rig,
  act: WatchActions,
  onEvent: (event: WatchEvent) => void,
): Promise<Watched> {
  return new WatchRun(order, rig, act, onEvent).toEnd();
}

class WatchRun {
  readonly #order: WatchOrder;
  readonly #rig: Rig;
  readonly #act: WatchActions;
  readonly #onEvent: (event: WatchEvent) => void;
  readonly #applied: Applied;
  readonly #bounds: RetuneBounds;
  readonly #counts = { probes: 0, searches: 0, swaps: 0, rollBacks: 0 };
  #guard: TargetGuard;
  #staleness: Staleness;
  #shunList: ShunList;
  #firstScore: number | undefined;
  #atMs = 0;

  constructor(order: WatchOrder, rig: Rig, act: WatchActions, onEvent: (event: WatchEvent) => void) {
    const { rules, tuning, config, before } = order;
    this.#order = order;
    this.#rig = rig;
    this.#act = act;
    this.#onEvent = onEvent;
    this.#applied = createApplied(tuning.space, config, before);
    this.#bounds = createRetuneBounds(rules.minPauseMs);
    this.#guard = createTargetGuard({ ...rules, probation: 0 });
    this.#staleness = createStaleness(tuning.space, config, rules.runLength);
    this.#shunList = createShunList(tuning.space);
  }

  async toEnd(): Promise<Watched> {
    this.#onEvent({ event: "begun", atMs: 0, config: this.#applied.incumbent() });
    const by = await this.#untilOver();
    const config = this.#applied.incumbent();
    this.#onEvent({ event: "ended", atMs: this.#atMs, by, config });
    return { by, config, ...this.#counts };
  }

  async #untilOver(): Promise<WatchEnded["by"]> {
    for (;;) {
      const probed = await this.#probe();
      if (probed === undefined) return "interrupted";
      const why = await this.#respond(probed.reading);
      if (why !== undefined && (await this.#retune(why)) === "interrupted") return "interrupted";
      const over = await this.#rest(probed.tookMs);
      if (over !== undefined) return over;
    }
  }

  /** Undefined where it was interrupted. */
  async #probe(): Promise<{ readonly reading: ProbeReading; readonly tookMs: number } | undefined> {
    const { space, seed } = this.#order.tuning;
    const incumbent = this.#applied.incumbent();
    const number = this.#counts.probes;
    const isShunned = (config: Config): boolean =>
      this.#shunList.has(config, number) || this.#applied.isRejected(config);
    const probe = this.#guard.isAlert()
      ? probeTargets(incumbent, number, seed)
      : probeSlope(space, incumbent, number, seed, isShunned);
    const measured = await unlessAborted(this.#rig.measure(probe.block));
    if (measured === undefined) return undefined;
    this.#atMs += measured.tookMs;
    this.#counts.probes++;
    return { reading: readProbe(space, probe, measured), tookMs: measured.tookMs };
  }

  /** Tells what a probe showed and rolls back where that is called for. Gives why a search is wanted, if one is. */
  async #respond(reading: ProbeReading): Promise<WatchSearchBegun["why"] | undefined> {
    const { slope, shunned, miss } = reading;
    this.#shunList.add(shunned, this.#counts.probes);
    const stale = slope === undefined ? undefined : this.#staleness.take(slope);
    this.#tellOfProbe(reading);
    const verdict = this.#guard.take(miss);
    if (verdict === "settled") this.#tellOfSettled();
    if (verdict === "broken") return this.#rollBack(this.#reasonOf(reading));
    if (verdict === "still_broken") return this.#isSearchAllowed() ? "target_broken" : undefined;
    if (stale === undefined) return undefined;
    const probes = this.#staleness.taken();
    this.#onEvent({ event: "stale", atMs: this.#atMs, probes, ...stale });
    // What is seen from here on is evidence anew, also where a search is not allowed yet.
    this.#staleness = this.#newStaleness();
    return "stale";
  }

  #tellOfProbe({ score, neighbours, missed, failure }: ProbeReading): void {
    this.#firstScore ??= score;
    const level = (score ?? Number.NaN) - (this.#firstScore ?? Number.NaN);
    this.#onEvent({
      event: "probe",
      atMs: this.#atMs,
      probe: this.#counts.probes - 1,
      ...(Number.isNaN(level) ? {} : { level: Math.exp(level) }),
      ...(neighbours === undefined ? {} : { neighbours }),
      missed: missed.map((target) => this.#order.tuning.targets[target] ?? `target ${target}`),
      ...(failure === undefined ? {} : { failure }),
      evidence: this.#staleness.evidence(),
    });
  }

  #tellOfSettled(): void {
    const config = this.#applied.incumbent();
    this.#onEvent({ event: "settled", atMs: this.#atMs, config, probes: this.#guard.taken() });
  }

  #reasonOf({ missed, failure }: ProbeReading): string {
    const times = "several times in a row";
    if (failure !== undefined) return `it missed its targets or did not work ${times}, at last: ${failure}`;
    return `it missed its targets ${times}, at last ${missed.map((target) => this.#order.tuning.targets[target]).join(", ")}`;
  }

  /** Where there is nothing to go back to, a search is wanted. */
  async #rollBack(reason: string): Promise<"target_broken" | undefined> {
    const from = this.#applied.incumbent();
    const to = this.#applied.previous();
    if (to === undefined) {
      this.#onEvent({ event: "target_broken", atMs: this.#atMs, config: from, reason });
      return "target_broken";
    }
    await this.#act.rollBack(to, reason);
    this.#applied.rollBack();
    this.#counts.rollBacks++;
    this.#beginAnew(0);
    this.#onEvent({ event: "rolled_back", atMs: this.#atMs, from, to, reason });
    return undefined;
  }

  #isSearchAllowed(): boolean {
    return this.#atMs >= this.#bounds.allowedAtMs();
  }

  async #retune(why: WatchSearchBegun["why"]): Promise<"interrupted" | undefined> {
    if (!this.#isSearchAllowed()) {
      const allowedAtMs = this.#bounds.allowedAtMs();
      const sinceMs = this.#atMs - (this.#bounds.lastEndedAtMs() ?? 0);
      this.#onEvent({ event: "bounded", atMs: this.#atMs, sinceMs, allowedAtMs });
      return undefined;
    }
    const { tuning, rules } = this.#order;
    const search = this.#counts.searches++;
    const from = this.#applied.incumbent();
    const { reach } = rules;
    this.#onEvent({ event: "search_begun", atMs: this.#atMs, search, why, from, reach });
    const isRejected = (config: Config): boolean => this.#applied.isRejected(config);
    const { end, ...figures } = await retune({ tuning, search, from, reach, isRejected }, this.#rig);
    this.#atMs += figures.tookMs;
    this.#onEvent({ event: "search_ended", atMs: this.#atMs, search, ...figures });
    this.#bounds.ended(this.#atMs, end.by === "proven");
    return this.#conclude(search, end);
  }

  async #conclude(search: number, end: RetuneEnd): Promise<"interrupted" | undefined> {
    if (end.by === "interrupted" || this.#order.signal?.aborted === true) return "interrupted";
    if (end.by === "in_vain") {
      this.#onEvent({ event: "not_proven", atMs: this.#atMs, search, why: end.why });
      this.#staleness = this.#newStaleness();
      return undefined;
    }
    const { tuned, proof, seed } = end;
    const from = this.#applied.incumbent();
    await this.#act.swap(tuned, seed);
    this.#applied.swap(tuned.chosen);
    this.#counts.swaps++;
    this.#beginAnew(this.#order.rules.probation);
    const { share, pairs } = proof.final;
    const confidence = 1 - proof.order.alpha;
    this.#onEvent({
      event: "swapped",
      atMs: this.#atMs,
      search,
      from,
      to: tuned.chosen,
      share,
      confidence,
      pairs,
    });
    return undefined;
  }

  /** Another configuration is in force. */
  #beginAnew(probation: number): void {
    this.#guard = createTargetGuard({ breaks: this.#order.rules.breaks, probation });
    this.#staleness = this.#newStaleness();
    this.#shunList = createShunList(this.#order.tuning.space);
  }

  #newStaleness(): Staleness {
    return createStaleness(this.#order.tuning.space, this.#applied.incumbent(), this.#order.rules.runLength);
  }

  /** Waits so long that the probe's share of the time is kept. Tells if the watch is over. */
  async #rest(tookMs: number): Promise<WatchEnded["by"] | undefined> {
    const { rules, forMs = Number.POSITIVE_INFINITY, signal, sleep } = this.#order;
    const calmMs = Math.max(rules.everyMs - tookMs, tookMs * (1 / rules.duty - 1));
    const wantedMs = this.#guard.isAlert() ? calmMs / urgency : calmMs;
    const pauseMs = Math.min(wantedMs, forMs - this.#atMs);
    const isInterrupted = (): boolean => signal?.aborted === true;
    if (isInterrupted()) return "interrupted";
    if (pauseMs > 0) {
      await sleep(pauseMs, signal).catch((error: unknown) => {
        if (!isInterrupted()) throw error;
      });
      if (isInterrupted()) return "interrupted";
      this.#atMs += pauseMs;
    }
    return this.#atMs >= forMs ? "time" : undefined;
  }
}

/** Undefined where measuring was interrupted. */
async function unlessAborted<Value>(measuring: Promise<Value>): Promise<Value | undefined> {
  try {
    return await measuring;
  } catch (error) {
    if (error instanceof DynoError && error.code === "aborted") return undefined;
    throw error;
  }
}
