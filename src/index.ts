// The library's public names, one by one.
export { DynoError, type ErrorCode } from "./base/errors.ts";
export { type Bus, createBus, type Handler, type Unsubscribe } from "./engine/bus.ts";
export {
  type EngineConfig,
  type FallbackConfig,
  type Knob,
  type Knobs,
  knobs,
  type StoreConfig,
} from "./engine/config.ts";
export { createEngine, type Engine, type PublishOptions, type Receipt } from "./engine/engine.ts";
export type { Event, EventInput } from "./engine/event.ts";
export type { Whereabouts } from "./engine/fallback.ts";
export type { AckLevel, Position, ReadOptions, StoredEvent, StoreFeatures } from "./engine/store.ts";
export { type RunResult, schemaVersion, type TrialResult, type Verdict } from "./measure/result.ts";
