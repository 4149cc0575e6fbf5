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
 * Closed-loop load by autocannon, and by dyno's own loop, which says why, where autocannon cannot do what is asked, and from
 * the moment on that a connection does not hold.
 */
export async function createHttpLoop(options: HttpLoopOptions): Promise<HttpLoop> {
  const { plan, settings, connections, fire } = options;
  const session: Session = { fire, stop: async () => [] };
  const startOwn = (order: Order): RunningLoad => startClosedLoop({ ...order, session });
  const never = neverAutocannon(plan, settings);
  if (never !== undefined) {
    const start = (order: Order): RunningLoad => withDriver(startOwn(order), never);
    return { name: "dyno", inSlices: false, connects: () => 0, start };
  }
  const { default: library } = await import("autocannon");
  const runs: AutocannonRun[] = [];
  let hadTrouble = false;
  return {
    name: "autocannon",
    inSlices: false,
    connects: () => runs.reduce((sum, run) => sum + run.connects(), 0),
    start: (order) => {
      const why = hadTrouble ? "a connection did not hold before" : notNow(order.phase, connections);
      if (why !== undefined) return withDriver(startOwn(order), why);
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

/** Dyno's own loop, and why it is not autocannon. */
function withDriver({ done, inFlight }: RunningLoad, why: string): RunningLoad {
  const driver = `dyno's own loop: ${why}`;
  return { done: done.then((outcome) => ({ ...outcome, driver })), inFlight };
}

/** Why autocannon cannot drive this phase; undefined where it can. */
function notNow({ fromClients, toClients }: ClosedPhase, connections: number): string | undefined {
  if (fromClients !== toClients) return "autocannon cannot change its number of clients";
  return fromClients > connections ? "autocannon needs a connection for each client" : undefined;
}

/** Why autocannon 9 cannot do what the settings ask for; undefined where it can. */
function neverAutocannon(
  { origin, mix }: HttpPlan,
  { pipelining, timeout }: HttpLoopOptions["settings"],
): string | undefined {
  if (origin.tls !== undefined) return "autocannon takes any certificate";
  if (pipelining > 1) return "autocannon loses count of pipelined requests when a connection breaks";
  if (timeout < 1000) return "autocannon takes no timeout below 1 s";
  return mix.kinds.map(tooHard).find((why) => why !== undefined);
}

function tooHard({ method, headers, expected }: RequestKind): string | undefined {
  const { contains, matches, json } = expected;
  const looked = JSON.stringify([contains, matches?.source, json]);
  if (method === "HEAD") return "autocannon waits for the body of an answer to HEAD";
  if (headers.some(([name]) => name.toLowerCase() === "connection"))
    return "autocannon writes a `connection` header of its own";
  return readsBody(expected) && !/^[ -~]*$/.test(looked)
    ? "autocannon tears letters that come in two pieces"
    : undefined;
}
