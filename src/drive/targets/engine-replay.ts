import type { Engine } from "../../engine/engine.ts";
import type { Check, Session } from "../target.ts";
import type { EngineSettings } from "./engine-settings.ts";

/** Operations on an engine, and what they are held against. */
export interface ReplaySession {
  readonly fire: Session["fire"];
  check(): readonly Check[];
}

const prefillChunk = 10_000;

/** Fills the store; then one operation reads the next page of events, from the beginning again after the last. */
export async function openReplaySession(settings: EngineSettings, engine: Engine): Promise<ReplaySession> {
  const { prefill, replayPage, payload } = settings;
  const data = "x".repeat(Math.max(1, payload - 2));
  for (let n = 0; n < prefill; n += prefillChunk) {
    const chunk = Array.from({ length: Math.min(prefillChunk, prefill - n) }, () =>
      engine.publish({ topic: "load.replay", data }),
    );
    await Promise.all(chunk);
  }
  let pages = engine.replay({ batchSize: replayPage })[Symbol.asyncIterator]();
  let events = 0;
  let rounds = 0;
  const problems: string[] = [];
  const nextPage = async (): Promise<void> => {
    const { done, value } = await pages.next();
    if (done !== true) {
      events += value.length;
      return;
    }
    if (events !== prefill) problems.push(`round ${rounds} gave ${events} of ${prefill} events`);
    rounds++;
    events = 0;
    pages = engine.replay({ batchSize: replayPage })[Symbol.asyncIterator]();
    return nextPage();
  };
  // An iterator takes one question at a time.
  let last: Promise<void> = Promise.resolve();
  return {
    fire: () => {
      last = last.catch(() => undefined).then(nextPage);
      return last;
    },
    check: () => [
      {
        name: "each replay was whole",
        ok: problems.length === 0,
        detail:
          problems[0] ?? `${rounds} whole replays of ${prefill} events, and ${events} events of one more`,
      },
    ],
  };
}
