import type { Event } from "./event.ts";
import { compileTopicPattern } from "./topic-pattern.ts";

/** What a handler may do; a rejection is counted, like a throw. */
export type Handler<Data = unknown> = (event: Event<Data>) => void | Promise<void>;

/** Ends a subscription; calling it again does nothing. */
export type Unsubscribe = () => void;

/** Hands events to the handlers whose pattern matches their topic, in the order in which they subscribed. */
export interface Bus<Topics extends Record<string, unknown> = Record<string, unknown>> {
  subscribe<Topic extends keyof Topics & string>(topic: Topic, handler: Handler<Topics[Topic]>): Unsubscribe;
  /** By pattern: `orders.*`, `orders.>`, `>`. */
  subscribe(pattern: string, handler: Handler): Unsubscribe;
  /** Calls every matching handler. One that throws or rejects is counted and reported, and stops no other. */
  emit(event: Event): void;
  readonly handlerErrors: number;
}

/** How many topics remember their handlers; when it is full it is emptied, which costs a match per topic again. */
const matchCacheTopics = 10_000;

/** Creates a bus. `onError` hears of each handler that failed. */
export function createBus<Topics extends Record<string, unknown> = Record<string, unknown>>(
  onError: (error: unknown, event: Event) => void = () => undefined,
): Bus<Topics> {
  const subscriptions: { readonly matches: (topic: string) => boolean; readonly handler: Handler }[] = [];
  const byTopic = new Map<string, readonly Handler[]>();
  let handlerErrors = 0;

  const failed = (error: unknown, event: Event): void => {
    handlerErrors++;
    onError(error, event);
  };
  const match = (topic: string): readonly Handler[] => {
    const handlers = subscriptions.filter(({ matches }) => matches(topic)).map(({ handler }) => handler);
    if (byTopic.size >= matchCacheTopics) byTopic.clear();
    byTopic.set(topic, handlers);
    return handlers;
  };
  const subscribe = (pattern: string, handler: Handler): Unsubscribe => {
    const subscription = { matches: compileTopicPattern(pattern), handler };
    subscriptions.push(subscription);
    byTopic.clear();
    return () => {
      const index = subscriptions.indexOf(subscription);
      if (index >= 0) subscriptions.splice(index, 1);
      byTopic.clear();
    };
  };
  const emit = (event: Event): void => {
    const handlers = byTopic.get(event.topic) ?? match(event.topic);
    for (let i = 0; i < handlers.length; i++) {
      try {
        const result = handlers[i]?.(event);
        if (result !== undefined) result.catch((error: unknown) => failed(error, event));
      } catch (error) {
        failed(error, event);
      }
    }
  };
  return {
    subscribe: subscribe as Bus<Topics>["subscribe"],
    emit,
    get handlerErrors() {
      return handlerErrors;
    },
  };
}
