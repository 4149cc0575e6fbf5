import { setTimeout as sleep } from "node:timers/promises";
import type autocannon from "autocannon";
import type { Client } from "autocannon";
import type { ClosedPhase } from "../../scenario/scenario.ts";
import { drained } from "../load/open-loop.ts";
import type { LoadOrder, LoadOutcome } from "../load/running-load.ts";
import type { Session } from "../target.ts";
import { type AutocannonClient, type WatchedClient, watchClient } from "./http-autocannon-client.ts";
import { type ClientRequests, createClientRequests } from "./http-autocannon-requests.ts";
import type { HttpPlan } from "./http-plan.ts";

/** What autocannon is to do. */
export interface AutocannonOptions {
  readonly library: typeof autocannon;
  readonly plan: HttpPlan;
  readonly timeoutMs: number;
  /** Sends again what a connection lost that was closed while idle. */
  readonly fire: Session["fire"];
}

/** What autocannon did. */
export interface AutocannonOutcome extends LoadOutcome {
  /** Whether it ended before its time, since a connection did not hold. */
  readonly hadTrouble: boolean;
  /** Numbers of operations that it used up, also for requests that were sent again. */
  readonly operations: number;
}

/** A load by autocannon. */
export interface AutocannonRun {
  readonly done: Promise<AutocannonOutcome>;
  readonly inFlight: () => number;
  readonly connects: () => number;
}

/** How often autocannon looks whether it is to end. */
const lookMs = 50;

/** How long there may be no load but what is under way, where a connection did not hold and another loop is to go on. */
const handoverMs = 1000;

/**
 * Keeps a fixed number of clients busy by autocannon: one connection each, without pipelining. What is recorded are the
 * times of its single requests, never its histograms: those are in whole milliseconds. It ends where a connection does
 * not hold, since autocannon then takes the answers of one request for those of another.
 */
export function startAutocannon(
  options: AutocannonOptions,
  order: LoadOrder & { readonly phase: ClosedPhase },
): AutocannonRun {
  const run = new Run(options, order);
  return { done: run.drive(), inFlight: () => run.inFlight, connects: () => run.connects };
}

class Run {
  inFlight = 0;
  connects = 0;
  readonly #options: AutocannonOptions;
  readonly #order: LoadOrder & { readonly phase: ClosedPhase };
  readonly #clients: WatchedClient[] = [];
  #sent = 0;
  #planned = 0;
  #hadTrouble = false;
  #ended = false;

  constructor(options: AutocannonOptions, order: LoadOrder & { readonly phase: ClosedPhase }) {
    this.#options = options;
    this.#order = order;
  }

  async drive(): Promise<AutocannonOutcome> {
    const { signal, phase, drainMs, recorder } = this.#order;
    const stop = this.#launch();
    while (!signal.aborted && !this.#hadTrouble && this.#now() < phase.durationMs * 1000) {
      await sleep(Math.min(10, Math.max(0, phase.durationMs - this.#now() / 1000)));
    }
    this.#finish();
    const sendingMs = this.#now() / 1000;
    const goesOn = this.#hadTrouble && !signal.aborted && phase.durationMs - sendingMs > handoverMs;
    await drained(() => this.inFlight, goesOn ? Math.min(drainMs, handoverMs) : drainMs);
    this.#ended = true;
    stop();
    recorder.unanswered(this.inFlight, this.#now());
    const sent = this.#sent;
    return {
      asked: sent,
      sent,
      sentInTime: sent,
      unanswered: this.inFlight,
      sendingMs,
      idleSpinMicros: 0,
      driver: "autocannon",
      hadTrouble: this.#hadTrouble,
      operations: Math.max(sent, this.#planned),
    };
  }

  /** Gives what ends it. */
  #launch(): () => void {
    const { library, plan, timeoutMs } = this.#options;
    const { phase, drainMs, firstOperation } = this.#order;
    const requests = createClientRequests(plan.mix, () => firstOperation + this.#planned++);
    // Ended by hand, when the last answers have come. With a callback it gives no promise that nobody would wait for.
    const options = {
      url: plan.url,
      connections: phase.fromClients,
      duration: (phase.durationMs + drainMs) / 1000 + 60,
      timeout: timeoutMs / 1000,
      sampleInt: lookMs,
      setupClient: (client: Client) => this.#add(client as unknown as AutocannonClient, requests),
    };
    const tracker = library(options, () => undefined) as unknown as { stop(): void };
    return () => tracker.stop();
  }

  #now(): number {
    return this.#order.clock.nowMicros() - this.#order.startMicros;
  }

  #finish(): void {
    for (const client of this.#clients) client.finish();
  }

  #add(client: AutocannonClient, requests: ClientRequests): void {
    const mine = requests.forClient();
    this.connects++;
    const watched = watchClient(client, this.#options.timeoutMs, mine, {
      nowMicros: () => this.#now(),
      onSent: (sentMicros) => this.#onSent(sentMicros),
      onDone: (sentMicros, error) => this.#onDone(sentMicros, error),
      onAgain: (sentMicros) => this.#sendAgain(sentMicros),
      onTrouble: () => {
        this.#hadTrouble = true;
        this.#finish();
      },
    });
    this.#clients.push(watched);
    client.setRequests([mine.request]);
  }

  #onSent(sentMicros: number): void {
    if (this.#ended) return;
    this.#sent++;
    this.inFlight++;
    this.#order.recorder.sent(sentMicros, sentMicros);
  }

  #onDone(sentMicros: number, error: unknown): void {
    if (this.#ended) return;
    this.inFlight--;
    const { recorder } = this.#order;
    if (error === undefined) recorder.success(sentMicros, sentMicros, this.#now());
    else recorder.failure(sentMicros, sentMicros, this.#now(), error);
  }

  #sendAgain(sentMicros: number): void {
    const { firstOperation, signal } = this.#order;
    Promise.resolve(this.#options.fire(firstOperation + this.#planned++, signal)).then(
      () => this.#onDone(sentMicros, undefined),
      (error: unknown) => this.#onDone(sentMicros, error),
    );
  }
}
