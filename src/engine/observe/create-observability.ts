import type { Observability, ObservabilityOptions } from "./observability.ts";

/**
 * Creates an observer with logs, metrics and, where an OpenTelemetry SDK is registered by now, traces. What they rest on
 * is loaded here and not before, so that an engine without them does not wait for it.
 */
export async function createObservability(options: ObservabilityOptions = {}): Promise<Observability> {
  const { makeObservability } = await import("./observability.ts");
  return makeObservability(options);
}
