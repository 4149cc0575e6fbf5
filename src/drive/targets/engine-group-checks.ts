import { setTimeout as sleep } from "node:timers/promises";
import { deriveSeed } from "../../base/random.ts";
import { formatCount } from "../../base/units.ts";
import type { Check, Counters } from "../target.ts";
import { createLedger, type Ledger } from "./engine-checks.ts";
import { readEffects } from "./engine-effects.ts";
import { effectsPath, isPoison } from "./engine-groups.ts";
import type { HostConfig, HostReport } from "./engine-host.ts";
import { createKeys } from "./engine-keys.ts";
import type { EngineSettings } from "./engine-settings.ts";

type Group = EngineSettings["groups"][number];

/** What a group did, as its effects tell it. */
export interface GroupWork {
  /** The operations that it handled, in the order of the first time. */
  readonly handled: readonly number[];
  /** How often it handled one again. */
  readonly again: number;
}

const lookEveryMs = 100;
const patienceMs = 15_000;
const longestMs = 60_000;
/** A group that has nothing in its hands has 0 of each. */
const handsFull = ["in_flight", "ready", "retrying", "waiting_for_key"].map((name) => `group_${name}`);

/**
 * Waits until the groups have handled everything that was acknowledged, but for poison, and have nothing in their hands;
 * or until they got no further for 15 s, or a minute has passed.
 */
export async function drainGroups(
  { settings, seed, effectsDir: dir }: HostConfig,
  ledger: Ledger,
  counters: () => Promise<Counters>,
): Promise<void> {
  if (settings.groups.length === 0) return;
  const wanted = settings.groups.map((group) => {
    let count = 0;
    for (const n of ledger.numbers()) if (!isPoison(group, n, seed)) count++;
    return count;
  });
  const watches = settings.groups.map(({ name }) => watchEffects(effectsPath(dir, name)));
  const deadlineMs = Date.now() + longestMs;
  let progressMs = Date.now();
  while (Date.now() < deadlineMs && Date.now() - progressMs < patienceMs) {
    const counts = await Promise.all(watches.map((look) => look()));
    if (counts.some(({ isNew }) => isNew)) progressMs = Date.now();
    const now = await counters();
    const isIdle = handsFull.every((name) => (now[name] ?? 0) === 0);
    if (isIdle && counts.every(({ distinct }, i) => distinct >= (wanted[i] ?? 0))) return;
    await sleep(lookEveryMs);
  }
}

/** Counts the different operations in a growing file. */
function watchEffects(path: string): () => Promise<{ distinct: number; isNew: boolean }> {
  const seen = createLedger();
  let from = 0;
  return async () => {
    const { lines, end } = await readEffects(path, from);
    const isNew = end > from;
    from = end;
    for (const line of lines) if (!seen.has(Number(line))) seen.acknowledged(Number(line));
    return { distinct: seen.count, isNew };
  };
}

/** Holds the work of every group against what was acknowledged. */
export async function checkGroups(
  { settings, seed, effectsDir }: HostConfig,
  ledger: Ledger,
  { deadLetters }: HostReport,
): Promise<readonly Check[]> {
  const keyOf = createKeys(settings.keys, deriveSeed(seed, "keys"));
  const checks = settings.groups.map(async (group) =>
    checkGroup({
      group,
      work: await readGroupWork(effectsDir, group.name),
      dead: deadLetters[group.name] ?? [],
      ledger,
      isPoison: (n) => isPoison(group, n, seed),
      keyOf,
    }),
  );
  return (await Promise.all(checks)).flat();
}

/** Reads what a group did. */
async function readGroupWork(dir: string, group: string): Promise<GroupWork> {
  const { lines } = await readEffects(effectsPath(dir, group));
  const handled = new Set(lines.map(Number));
  return { handled: [...handled], again: lines.length - handled.size };
}

/** What is held against a group's work. */
export interface GroupEvidence {
  readonly group: Group;
  readonly work: GroupWork;
  readonly dead: readonly number[];
  readonly ledger: Ledger;
  readonly isPoison: (n: number) => boolean;
  readonly keyOf: (n: number) => string | undefined;
}

/** Each acknowledged event was handled or given up, only poison was given up, and the order of keys was kept. */
export function checkGroup(evidence: GroupEvidence): readonly Check[] {
  const { group } = evidence;
  return [
    checkHandled(evidence),
    ...(group.poison > 0 || evidence.dead.length > 0 ? [checkDead(evidence)] : []),
    ...(group.perKeyOrder ? [checkKeyOrder(evidence)] : []),
  ];
}

function checkHandled({ group, work, dead, ledger }: GroupEvidence): Check {
  const settled = new Set([...work.handled, ...dead]);
  let lost = 0;
  for (const n of ledger.numbers()) if (!settled.has(n)) lost++;
  return {
    name: `group ${group.name} missed nothing`,
    ok: lost === 0,
    detail: `${formatCount(lost)} of ${formatCount(ledger.count)} acknowledged events were neither handled nor given up; handled again: ${formatCount(work.again)}`,
    figure: { name: "lost", value: lost },
  };
}

function checkDead({ group, dead, ledger, isPoison: wasPoison }: GroupEvidence): Check {
  const wrong = dead.filter((n) => !wasPoison(n)).length;
  const given = new Set(dead);
  let spared = 0;
  for (const n of ledger.numbers()) if (wasPoison(n) && !given.has(n)) spared++;
  return {
    name: `group ${group.name} gave up poison and nothing else`,
    ok: wrong === 0 && spared === 0,
    detail: `${formatCount(dead.length)} dead letters; not poison: ${formatCount(wrong)}; poison that was not given up: ${formatCount(spared)}`,
  };
}

function checkKeyOrder({ group, work, keyOf }: GroupEvidence): Check {
  const latest = new Map<string, number>();
  let wrong = 0;
  for (const n of work.handled) {
    const key = keyOf(n) ?? "";
    const before = latest.get(key) ?? -1;
    if (n < before) wrong++;
    latest.set(key, Math.max(n, before));
  }
  return {
    name: `group ${group.name} kept the order of each key`,
    ok: wrong === 0,
    detail: `${formatCount(wrong)} of ${formatCount(work.handled.length)} events came behind a later one of the same key`,
  };
}
