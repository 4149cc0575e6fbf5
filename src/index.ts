// The library's public names, one by one.
export { type Clock, systemClock } from "./base/clock.ts";
export { DynoError, type ErrorCode } from "./base/errors.ts";
export { createRandom, type Random } from "./base/random.ts";
export { breakerEvents } from "./engine/breaker-events.ts";
export { type Bus, createBus, type Handler, type Unsubscribe } from "./engine/bus.ts";
export {
  type EngineConfig,
  type FallbackConfig,
  type Knob,
  type Knobs,
  knobs,
  type RetentionSettings,
  type StoreConfig,
} from "./engine/config.ts";
export { createEngine } from "./engine/create-engine.ts";
export type { ConsumeHandler, ConsumeOptions, Delivery } from "./engine/delivery/consume-options.ts";
export type { Consumer } from "./engine/delivery/consumer.ts";
export type { DeadLetter } from "./engine/delivery/dead-letter.ts";
export type { RedriveOptions } from "./engine/delivery/deliveries.ts";
export type { Engine, PublishOptions, Receipt } from "./engine/engine.ts";
export type { Event, EventInput } from "./engine/event.ts";
export type { Whereabouts } from "./engine/fallback.ts";
export type { Health, HealthPart, HealthStatus } from "./engine/health.ts";
export { createObservability } from "./engine/observe/create-observability.ts";
export type { Observability, ObservabilityOptions } from "./engine/observe/observability.ts";
export {
  type ObserveServer,
  type ObserveServerOptions,
  serveObservability,
} from "./engine/observe/observe-server.ts";
export type { Inherited, Observer, Scope } from "./engine/observer.ts";
export { type Action, type ActionContext, type Actions, defineAction } from "./engine/pipeline/action.ts";
export { type BuiltInParts, builtInActions } from "./engine/pipeline/actions/built-in.ts";
export type { LogLine } from "./engine/pipeline/actions/log.ts";
export {
  type CheckedPipeline,
  type CheckPipelineOptions,
  checkPipeline,
  formatPipelineProblems,
} from "./engine/pipeline/check-pipeline.ts";
export {
  type GraphEdge,
  type GraphNode,
  graphOf,
  overlayRun,
  type PipelineGraph,
} from "./engine/pipeline/graph.ts";
export type { Pipeline } from "./engine/pipeline/pipeline.ts";
export { pipelineJsonSchema } from "./engine/pipeline/pipeline-schema.ts";
export {
  createPipelines,
  type Pipelines,
  type PipelinesConfig,
  type RunOptions,
} from "./engine/pipeline/pipelines.ts";
export { parsePipeline, type ReadPipelinesOptions, readPipelines } from "./engine/pipeline/read-pipelines.ts";
export { readRunRecords } from "./engine/pipeline/read-run.ts";
export type { PipelineResult } from "./engine/pipeline/run-host.ts";
export type { RunRecord } from "./engine/pipeline/run-record.ts";
export { type StepMetrics, stepBucketMicros } from "./engine/pipeline/step-metrics.ts";
export type { BreakerSettings } from "./engine/resilience/breaker-settings.ts";
export type { BulkheadSettings } from "./engine/resilience/bulkhead-settings.ts";
export type { Call, Callee, CallOptions } from "./engine/resilience/call.ts";
export { type CheckedResilience, checkResilience } from "./engine/resilience/check-resilience.ts";
export type { PolicyDeclaration, ResilienceDeclarations } from "./engine/resilience/declarations.ts";
export type {
  BreakerDeclaration,
  Network,
  NetworkChange,
  NetworkSettings,
} from "./engine/resilience/network.ts";
export { networkHealth } from "./engine/resilience/network-health.ts";
export type { NetworkState } from "./engine/resilience/network-node.ts";
export type { NetworkBreaker, NetworkSnapshot } from "./engine/resilience/network-snapshot.ts";
export type { Policy, PolicySnapshot } from "./engine/resilience/policy.ts";
export type { PolicyCounts } from "./engine/resilience/policy-core.ts";
export { type PolicyInput, resolvePolicySettings } from "./engine/resilience/policy-settings.ts";
export {
  type DeclaredResilience,
  parseResilience,
  type ReadResilienceOptions,
  readResilience,
} from "./engine/resilience/read-resilience.ts";
export { isRejection } from "./engine/resilience/rejection.ts";
export {
  createResilience,
  type PolicyUse,
  type Resilience,
  type ResilienceOptions,
  type ResilienceSnapshot,
} from "./engine/resilience/resilience.ts";
export { resilienceJsonSchema } from "./engine/resilience/resilience-schema.ts";
export type { RetryBudgetSettings } from "./engine/resilience/retry-budget.ts";
export type { RetrySettings } from "./engine/resilience/retry-settings.ts";
export type {
  AckLevel,
  Position,
  ReadOptions,
  StoredEvent,
  StoreFeatures,
  TrimBounds,
} from "./engine/store.ts";
export { type RunResult, schemaVersion, type TrialResult, type Verdict } from "./measure/result.ts";
