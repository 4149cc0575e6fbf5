import type { ClosedPhase } from "../../scenario/scenario.ts";
import { readsBody } from "../http/answer-checks.ts";
import type { RequestKind } from "../http/request-mix.ts";
import { startClosedLoop } from "../load/closed-loop.ts";
import type { LoadOrder, LoadOutcome, OwnClosedLoop, RunningLoad } from "../load/running-load.ts";
import type { Session } from "../target.ts";
import { type AutocannonOptions, type AutocannonRun, startAutocannon } from "./http-autocannon.ts";
import type { HttpPlan } from "./http-plan.ts";
import type { HttpSettings } from "./http-settings.ts";

/** What a closed loop over HTTP is made of. */
export interface HttpLoopOptions {
  readonly plan: HttpPlan;
  readonly settings: Pick<HttpSettings, "pipelining" | "timeout">;
  /** The most that there may be. */
  readonly connections: number;
  readonly fire: Session["fire"];
}

/** A closed loop that counts the connections which it opened itself, beside those of the pool. */
export interface HttpLoop extends OwnClosedLoop {
  connects(): number;
}

type Order = LoadOrder & { readonly phase: ClosedPhase };

/**
 * Closed-loop load by autocannon, and by dyno's own loop where autocannon cannot do what is asked, and from the moment on
 * that a connection does not hold.
 */
export async function createHttpLoop(options: HttpLoopOptions): Promise<HttpLoop | undefined> {
  const { plan, settings, connections, fire } = options;
  if (!canBeAutocannon(plan, settings)) return undefined;
  const { default: library } = await import("autocannon");
  const session: Session = { fire, stop: async () => [] };
  const runs: AutocannonRun[] = [];
  let hadTrouble = false;
  const startOwn = (order: Order): RunningLoad => startClosedLoop({ ...order, session });
  return {
    name: "autocannon",
    inSlices: false,
    connects: () => runs.reduce((sum, run) => sum + run.connects(), 0),
    start: (order) => {
      const { fromClients, toClients } = order.phase;
      if (hadTrouble || fromClients !== toClients || fromClients > connections) return startOwn(order);
      const cannon: AutocannonOptions = { library, plan, timeoutMs: settings.timeout, fire };
      const first = startAutocannon(cannon, order);
      runs.push(first);
      let current: RunningLoad = first;
      const drive = async (): Promise<LoadOutcome> => {
        const outcome = await first.done;
        if (!outcome.hadTrouble) return outcome;
        hadTrouble = true;
        current = startOwn({ ...order, firstOperation: order.firstOperation + outcome.operations });
        return sumOf(outcome, await current.done);
      };
      return { done: drive(), inFlight: () => current.inFlight() };
    },
  };
}

function sumOf(first: LoadOutcome, second: LoadOutcome): LoadOutcome {
  return {
    asked: first.asked + second.asked,
    sent: first.sent + second.sent,
    sentInTime: first.sentInTime + second.sentInTime,
    unanswered: first.unanswered + second.unanswered,
    sendingMs: second.sendingMs,
    idleSpinMicros: 0,
    driver: "autocannon until a connection did not hold, then dyno's own loop",
  };
}

/**
 * Whether autocannon 9 can do it: it takes any certificate, loses count of pipelined requests when a connection breaks,
 * waits for the body of an answer to HEAD, writes a `connection` header of its own, takes no timeout below a second, and
 * tears letters that came in two pieces.
 */
function canBeAutocannon(
  { origin, mix }: HttpPlan,
  { pipelining, timeout }: HttpLoopOptions["settings"],
): boolean {
  return origin.tls === undefined && pipelining === 1 && timeout >= 1000 && mix.kinds.every(isEasy);
}

function isEasy({ method, headers, expected }: RequestKind): boolean {
  const { contains, matches, json } = expected;
  const looked = JSON.stringify([contains, matches?.source, json]);
  return (
    method !== "HEAD" &&
    !headers.some(([name]) => name.toLowerCase() === "connection") &&
    (!readsBody(expected) || /^[ -~]*$/.test(looked))
  );
}
