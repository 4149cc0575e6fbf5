// The library's public names, one by one.
export { DynoError, type ErrorCode } from "./base/errors.ts";
export { type Bus, createBus, type Handler, type Unsubscribe } from "./engine/bus.ts";
export {
  type EngineConfig,
  type Knob,
  type Knobs,
  knobs,
  type RetentionSettings,
  type StoreConfig,
} from "./engine/config.ts";
export type { ConsumeHandler, ConsumeOptions, Delivery } from "./engine/delivery/consume-options.ts";
export type { Consumer } from "./engine/delivery/consumer.ts";
export type { DeadLetter } from "./engine/delivery/dead-letter.ts";
export type { RedriveOptions } from "./engine/delivery/deliveries.ts";
export { createEngine, type Engine, type PublishOptions, type Receipt } from "./engine/engine.ts";
export type { Event, EventInput } from "./engine/event.ts";
export type { Health, HealthPart, HealthStatus } from "./engine/health.ts";
export { createObservability } from "./engine/observe/create-observability.ts";
export type { Observability, ObservabilityOptions } from "./engine/observe/observability.ts";
export {
  type ObserveServer,
  type ObserveServerOptions,
  serveObservability,
} from "./engine/observe/observe-server.ts";
export type { Inherited, Observer, Scope } from "./engine/observer.ts";
export type {
  AckLevel,
  Position,
  ReadOptions,
  StoredEvent,
  StoreFeatures,
  TrimBounds,
} from "./engine/store.ts";
export { type RunResult, schemaVersion, type TrialResult, type Verdict } from "./measure/result.ts";
