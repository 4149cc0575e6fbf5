import type { Engine } from "./engine.ts";
import type { NetworkChange } from "./resilience/network.ts";

/**
 * Gives a listener for a network's changes that publishes each as an event on `$breaker.open`, `$breaker.closed` and so
 * on, with the breaker as its key and the change as its data; level `accepted`, since nobody waits for it.
 */
export function breakerEvents(engine: Pick<Engine, "publish">): (change: NetworkChange) => void {
  return (change) => {
    const event = { topic: `$breaker.${change.to}`, key: change.breaker, data: change };
    // What an engine that is closed or full does not take is still in the network's snapshot.
    engine.publish(event, { level: "accepted" }).catch(() => undefined);
  };
}
