import { EventEmitter } from "node:events";
import { EventEmitter as EventEmitter3 } from "eventemitter3";
import mitt from "mitt";
import { createBus } from "../src/engine/bus.ts";
import type { Event } from "../src/engine/event.ts";
import { createUlidSource } from "../src/engine/ulid.ts";
import { medianOf, ratioOf } from "./ratio.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title = "bus: one emit, nanoseconds";

/** Something that hands an event to its listeners. */
interface Emitter {
  readonly name: string;
  readonly emit: (event: Event) => void;
}

// Its types describe a CommonJS module whose function is `default`; what is loaded is the ES module.
const createMitt = mitt as unknown as typeof mitt.default;

const topic = "orders.created";
const sampleMs = 150;
const callsPerLook = 2000;

/** Measures emitting with 1 and 10 listeners, with the event's envelope built for each emit and without. */
export async function run({ rounds, log, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const listeners of [1, 10]) {
    for (const withEnvelope of [true, false]) {
      if (signal.aborted) return rows;
      const what = `${listeners} listener${listeners > 1 ? "s" : ""}${withEnvelope ? ", with envelope" : ""}`;
      log(`bus: ${what}`);
      rows.push(...compare(what, emittersWith(listeners), withEnvelope, rounds));
    }
  }
  return rows;
}

function compare(
  what: string,
  emitters: readonly Emitter[],
  withEnvelope: boolean,
  rounds: number,
): BenchRow[] {
  const samples = emitters.map(() => [] as number[]);
  for (const emitter of emitters) measureNanos(emitter, withEnvelope);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < emitters.length; i++) {
      // Each round begins with another one, so that none always runs in a cooler machine.
      const at = (i + round) % emitters.length;
      const emitter = emitters[at];
      if (emitter !== undefined) samples[at]?.push(measureNanos(emitter, withEnvelope));
    }
  }
  const [ours = [], ...peers] = samples;
  return peers.map((peer, i) => ({
    what,
    ours: `${medianOf(ours).toFixed(0)} ns`,
    peerName: emitters[i + 1]?.name ?? "",
    peer: `${medianOf(peer).toFixed(0)} ns`,
    ratio: ratioOf(ours, peer),
    ...(i === 0 && withEnvelope ? { goal: { op: "<=", value: 1.2 } as const } : {}),
  }));
}

/** Ours first, then the bare minimum, then the peers. */
function emittersWith(listeners: number): Emitter[] {
  const handlers = Array.from({ length: listeners }, () => {
    let seen = 0;
    return (event: Event): void => {
      seen += event.timeMs & 1;
      if (seen < 0) throw new Error("never: keeps the handler from being optimised away");
    };
  });
  const bus = createBus();
  const bare = new Map([[topic, handlers]]);
  const node = new EventEmitter();
  const three = new EventEmitter3();
  const tiny = createMitt<Record<string, Event>>();
  node.setMaxListeners(listeners);
  for (const handler of handlers) {
    bus.subscribe(topic, handler);
    node.on(topic, handler);
    three.on(topic, handler);
    tiny.on(topic, handler);
  }
  return [
    { name: "dyno", emit: (event) => bus.emit(event) },
    {
      name: "Map and loop",
      emit: (event) => {
        for (const handler of bare.get(event.topic) ?? []) handler(event);
      },
    },
    { name: "node:events", emit: (event) => void node.emit(event.topic, event) },
    { name: "eventemitter3", emit: (event) => void three.emit(event.topic, event) },
    { name: "mitt", emit: (event) => tiny.emit(event.topic, event) },
  ];
}

function measureNanos({ emit }: Emitter, withEnvelope: boolean): number {
  const nextId = createUlidSource(Date.now);
  const data = { n: 1 };
  const envelope = (): Event => {
    const timeMs = Date.now();
    return { id: nextId(timeMs), topic, timeMs, data };
  };
  const ready = envelope();
  const begun = performance.now();
  let calls = 0;
  while (performance.now() - begun < sampleMs) {
    if (withEnvelope) for (let i = 0; i < callsPerLook; i++) emit(envelope());
    else for (let i = 0; i < callsPerLook; i++) emit(ready);
    calls += callsPerLook;
  }
  return ((performance.now() - begun) * 1e6) / calls;
}
